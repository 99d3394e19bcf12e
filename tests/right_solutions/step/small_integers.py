"""One byte a number is enough; a boolean has one, so it is only read differently."""

import numpy as np


def step(x):
    return np.asarray(x > 0).view(np.uint8)
