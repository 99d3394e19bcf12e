import math

import numpy as np


def sinusoidal_positions(length, dim, base=10000.0):
    """Entry by entry."""
    table = np.empty((length, dim))
    for pos in range(length):
        for column in range(dim):
            pair = column // 2
            angle = pos / math.pow(base, 2 * pair / dim)
            table[pos, column] = math.cos(angle) if column % 2 else math.sin(angle)
    return table
