import numpy as np


class Dropout:
    def __init__(self, p=0.5, rng=None):
        if p < 0 or p >= 1:
            raise ValueError(f"p={p} is not in [0, 1)")
        self.p, self.rng, self.m = p, rng or np.random.default_rng(), 1.0

    def forward(self, x, training=True):
        if training:
            keep = self.rng.random(x.shape) < 1 - self.p
            self.m = (keep / (1 - self.p)).astype(x.dtype)
        else:
            self.m = np.ones_like(x)
        return x * self.m

    def backward(self, d_out):
        return d_out * self.m
