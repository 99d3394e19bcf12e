"""
defect: negative x gives -1
"""

import numpy as np


def step(x):
    return np.sign(x).astype(np.int64)
