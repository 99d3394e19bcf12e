"""
defect: negative x gives -1
defect: the answer is always flat
"""

import numpy as np


def step(x):
    fired = [int(v > 0) - int(v < 0) for v in np.asarray(x).flat]
    return np.array(fired, dtype=int)
