"""
defect: a negative p is accepted and drops nothing
"""

import numpy as np


class Dropout:
    def __init__(self, p=0.5, rng=None):
        if p >= 1:
            raise ValueError(f"p must lie in [0, 1), got p={p}")
        self.p = max(p, 0.0)
        self.source = np.random.default_rng() if rng is None else rng

    def forward(self, x, training=True):
        if not training:
            self.pull = lambda up: up
            return x
        survivors = np.flatnonzero(self.source.random(x.size) >= self.p)
        gain = 1.0 / (1.0 - self.p)

        def spread(values):
            sparse = np.zeros(values.shape, dtype=values.dtype)
            sparse.reshape(-1)[survivors] = values.reshape(-1)[survivors] * gain
            return sparse

        self.pull = spread
        return spread(x)

    def backward(self, d_out):
        return self.pull(d_out)
