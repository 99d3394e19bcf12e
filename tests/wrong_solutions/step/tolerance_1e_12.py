"""
defect: values up to 1e-12 count as zero
"""

import numpy as np


def step(x):
    a = np.asarray(x)
    out = np.zeros(a.shape, dtype=np.int32)
    out[a > 1e-12] = 1
    return out
