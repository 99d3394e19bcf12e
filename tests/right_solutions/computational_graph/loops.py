"""Number by number; arrays are taken apart and put together again."""

import numpy as np


def _each(function, *arguments):
    if not isinstance(arguments[0], np.ndarray):
        return function(*arguments)
    out = np.empty_like(arguments[0])
    for index in np.ndindex(*out.shape):
        out[index] = function(*(a[index] for a in arguments))
    return out


class MulLayer:
    x = None
    y = None

    def forward(self, x, y):
        self.x = x.copy() if isinstance(x, np.ndarray) else x
        self.y = y.copy() if isinstance(y, np.ndarray) else y
        return _each(lambda a, b: a * b, x, y)

    def backward(self, d_out):
        d_x = _each(lambda d, b: d * b, d_out, self.y)
        d_y = _each(lambda d, a: d * a, d_out, self.x)
        return d_x, d_y


class AddLayer:
    def forward(self, x, y):
        return _each(lambda a, b: a + b, x, y)

    def backward(self, d_out):
        d_x = d_out.copy() if isinstance(d_out, np.ndarray) else d_out
        d_y = d_out.copy() if isinstance(d_out, np.ndarray) else d_out
        return d_x, d_y
