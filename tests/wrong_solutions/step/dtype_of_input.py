"""
defect: the answer has the dtype of x, so that it is an integer only for integer x
"""

import numpy as np


def step(x):
    a = np.asarray(x)
    out = np.zeros(a.shape, dtype=a.dtype)
    out[a > 0] = 1
    return out
