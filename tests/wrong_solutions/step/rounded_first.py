"""
defect: x is rounded to the nearest integer before the comparison
"""

import numpy as np


def step(x):
    fired = [1 if v > 0 else 0 for v in np.rint(x).flat]
    return np.array(fired, dtype=int).reshape(np.shape(x))
