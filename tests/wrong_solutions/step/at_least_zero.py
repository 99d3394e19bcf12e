"""
defect: x = 0 gives 1
"""

import numpy as np

_one = np.vectorize(lambda v: int(v >= 0), otypes=[np.int_])


def step(x):
    return _one(x)
