"""
defect: the answer has the float dtype of x
"""

import numpy as np


def step(x):
    return np.sign(np.maximum(x, 0))
