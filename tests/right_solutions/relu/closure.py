"""The forward pass leaves behind the function that goes back."""

import numpy as np


class ReLU:
    def __init__(self):
        def not_yet(d_out):
            raise RuntimeError("backward needs a forward pass before it")

        self._pull = not_yet

    def forward(self, x):
        alive = np.flatnonzero(x > 0)
        out = np.zeros_like(x, order="C")
        out.reshape(-1)[alive] = x.reshape(-1)[alive]

        def pull(d_out):
            d_x = np.zeros_like(d_out, order="C")
            d_x.reshape(-1)[alive] = d_out.reshape(-1)[alive]
            return d_x

        self._pull = pull
        return out

    def backward(self, d_out):
        return self._pull(d_out)
