"""
defect: the threshold is 0.5, as after a sigmoid
"""

import numpy as np

_one = np.vectorize(lambda v: int(v > 0.5), otypes=[np.int_])


def step(x):
    return _one(x)
