"""Never hands out a view: copies on the way there and on the way back."""

import numpy as np


class Flatten:
    def forward(self, x):
        rows = np.ascontiguousarray(x).copy()
        self.axes = rows.shape[1:]
        return np.reshape(rows, (rows.shape[0], int(np.prod(self.axes, dtype=int))))

    def backward(self, d_out):
        return d_out.copy().reshape((len(d_out), *self.axes))
