"""
defect: the answer is always flat, whatever the shape of x
"""

import numpy as np


def step(x):
    fired = [1 if v > 0 else 0 for v in np.asarray(x).flat]
    return np.array(fired, dtype=int)
