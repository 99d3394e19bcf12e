"""
defect: positive x gives its integer part rounded up instead of 1
"""

import numpy as np


def step(x):
    return np.ceil(np.maximum(x, 0)).astype(np.int64)
