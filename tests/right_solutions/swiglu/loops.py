"""Rows in a loop, matrix products written as sums of outer products."""

import math

import numpy as np


def _sigmoid(v):
    if v >= 0:
        return 1.0 / (1.0 + math.exp(-v))
    return math.exp(v) / (1.0 + math.exp(v))


class SiLU:
    def forward(self, x):
        self.x = x
        out = np.empty_like(x)
        for i in np.ndindex(*x.shape):
            out[i] = x[i] * _sigmoid(float(x[i]))
        return out

    def backward(self, d_out):
        d_x = np.empty_like(d_out)
        for i in np.ndindex(*d_out.shape):
            v = float(self.x[i])
            s = _sigmoid(v)
            d_x[i] = d_out[i] * (s + v * s * (1.0 - s))
        return d_x


class SwiGLU:
    def __init__(self, dim, hidden_dim, rng=None):
        if rng is None:
            rng = np.random.default_rng()
        self.w1 = rng.normal(0, 1 / math.sqrt(dim), size=(dim, hidden_dim))
        self.w2 = rng.normal(0, 1 / math.sqrt(hidden_dim), size=(hidden_dim, dim))
        self.w3 = rng.normal(0, 1 / math.sqrt(dim), size=(dim, hidden_dim))

    def _row(self, x):
        silu = SiLU()
        gate, value = silu.forward(x @ self.w1), x @ self.w3
        return silu, gate, value

    def forward(self, x):
        self.x = x
        out = np.zeros(x.shape)
        for where in np.ndindex(*x.shape[:-1]):
            _, gate, value = self._row(x[where])
            out[where] = (gate * value) @ self.w2
        return out

    def backward(self, d_out):
        d_x = np.zeros(self.x.shape)
        d_w1, d_w2, d_w3 = np.zeros(self.w1.shape), np.zeros(self.w2.shape), np.zeros(self.w3.shape)
        for where in np.ndindex(*self.x.shape[:-1]):
            x, g = self.x[where], d_out[where]
            silu, gate, value = self._row(x)
            d_w2 += np.outer(gate * value, g)
            d_hidden = self.w2 @ g
            d_pre = silu.backward(d_hidden * value)
            d_value = d_hidden * gate
            d_w1 += np.outer(x, d_pre)
            d_w3 += np.outer(x, d_value)
            d_x[where] = self.w1 @ d_pre + self.w3 @ d_value
        return d_x, d_w1, d_w2, d_w3
