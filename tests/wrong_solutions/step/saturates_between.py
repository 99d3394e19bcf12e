"""
defect: values between 0 and 1 are cut to 0: only x >= 1 fires
"""

import numpy as np


def step(x):
    return np.clip(x, 0, 1).astype(np.int64)
