import numpy as np


def step(x):
    out = np.zeros(x.shape, dtype=np.int32)
    for index, value in np.ndenumerate(x):
        if value > 0:
            out[index] = 1
    return out
