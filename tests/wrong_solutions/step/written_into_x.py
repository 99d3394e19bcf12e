"""
defect: the ones and zeros are written into x before it is converted
"""

import numpy as np


def step(x):
    a = np.asarray(x)
    a[...] = a > 0
    return a.astype(np.int32)
