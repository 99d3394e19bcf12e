"""
defect: the sign is taken of 0 - x and turned, which wraps around for unsigned integers
"""

import numpy as np


def step(x):
    return (np.sign(0 - x) < 0).astype(np.int64)
