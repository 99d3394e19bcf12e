"""
defect: x = 0 gives 1
defect: the answer is boolean
"""

import numpy as np


def step(x):
    a = np.asarray(x)
    out = np.zeros(a.shape, dtype=bool)
    out[a >= 0] = 1
    return out
