"""
defect: the comparison is made in float32, where 1e-50 is 0
"""

import numpy as np


def step(x):
    a = np.asarray(x, dtype=np.float32)
    out = np.zeros(a.shape, dtype=np.int32)
    out[a > 0] = 1
    return out
