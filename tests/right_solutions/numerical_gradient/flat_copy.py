"""Works on a flat list of Python numbers; f gets a new array each time."""

import numpy as np


def numerical_gradient(f, x, h=1e-4):
    if not h > 0:
        raise ValueError("h must be above 0, got " + str(h))
    numbers = [float(number) for number in np.ravel(x)]

    def at(i, value):
        moved = numbers[:i] + [value] + numbers[i + 1 :]
        return float(f(np.array(moved).reshape(x.shape)))

    slopes = [(at(i, v + h) - at(i, v - h)) / ((v + h) - (v - h)) for i, v in enumerate(numbers)]
    return np.array(slopes).reshape(x.shape)
