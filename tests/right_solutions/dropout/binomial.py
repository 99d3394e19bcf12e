"""Drawn as counts: a binomial with one trial is the mask itself."""

import numpy as np


class Dropout:
    def __init__(self, p=0.5, rng=None):
        if not 0 <= p < 1:
            raise ValueError(f"p must satisfy 0 <= p < 1 (got {p!r})")
        self.keep_prob = 1.0 - p
        self.rng = np.random.default_rng() if rng is None else rng
        self.mask = None
        self.training = True

    def forward(self, x, training=True):
        self.training = training
        if not training:
            return x.copy()
        self.mask = self.rng.binomial(1, self.keep_prob, size=x.shape).astype(bool)
        out = np.zeros_like(x)
        np.divide(x, self.keep_prob, out=out, where=self.mask, casting="same_kind")
        return out

    def backward(self, d_out):
        if not self.training:
            return d_out.copy()
        return np.where(self.mask, d_out / self.keep_prob, 0.0)
