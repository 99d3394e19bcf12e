"""By way of the logarithms; backward recomputes the probabilities from the remembered input."""

import numpy as np


def _softmax(x):
    shifted = x - x.max(axis=-1, keepdims=True)
    return np.exp(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


class Softmax:
    def __init__(self):
        self.x = None

    def forward(self, x):
        self.x = x.copy()
        return _softmax(x)

    def backward(self, d_out):
        p = _softmax(self.x)
        total = np.matmul(d_out[..., None, :], p[..., :, None])[..., 0]
        return p * (d_out - total)
