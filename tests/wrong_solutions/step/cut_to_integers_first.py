"""
defect: x is converted to integers before the comparison, so 0.5 gives 0
"""

import numpy as np


def step(x):
    a = np.asarray(x).astype(int)
    out = np.zeros(a.shape, dtype=np.int32)
    out[a > 0] = 1
    return out
