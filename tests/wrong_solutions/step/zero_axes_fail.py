"""
defect: an array with no axis gives a vector of one
"""

import numpy as np


def step(x):
    fired = [1 if v > 0 else 0 for v in np.asarray(x).flat]
    return np.array(fired, dtype=int).reshape(np.shape(x) or (1,))
