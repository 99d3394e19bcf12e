"""
defect: x / |x| is used, which is NaN for infinities
"""

import numpy as np


def step(x):
    return (np.maximum(x, 0) / np.where(x == 0, 1, np.abs(x)) > 0.5).astype(np.int64)
