"""
defect: a bad p raises AssertionError instead of ValueError
"""

import numpy as np


class Dropout:
    def __init__(self, p=0.5, rng=None):
        self.p = float(p)
        assert 0.0 <= self.p < 1.0, f"bad p: {p}"
        self.rng = rng if rng is not None else np.random.default_rng()
        self.state = (False, None)

    def forward(self, x, training=True):
        coins = self.rng.binomial(1, 1 - self.p, x.shape).astype(bool) if training else None
        self.state = (training, coins)
        return self.apply(x)

    def apply(self, v):
        training, coins = self.state
        if not training:
            return v + 0
        y = v / v.dtype.type(1 - self.p)
        y[~coins] = 0
        return y

    def backward(self, d_out):
        return self.apply(d_out)
