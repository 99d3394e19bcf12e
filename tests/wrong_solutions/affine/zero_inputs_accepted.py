"""
defect: in_features = 0 is accepted
"""

import numpy as np


class Affine:
    def __init__(self, in_features, out_features, rng=None):
        if out_features <= 0:
            raise ValueError("out_features = %d" % out_features)
        self.d, self.m = in_features, out_features
        if rng is None:
            rng = np.random.default_rng()
        self.weight = rng.standard_normal((self.d, self.m)) * (2.0 / max(self.d, 1)) ** 0.5
        self.bias = np.zeros(self.m)

    def forward(self, x):
        sample = x.shape[1:]
        count = int(np.prod(sample))
        if count != self.d:
            raise ValueError("each sample of x holds %d numbers, not %d" % (count, self.d))
        self.x = x
        kernel = self.weight.reshape(*sample, self.m)
        return np.tensordot(x, kernel, axes=len(sample)) + self.bias

    def backward(self, d_out):
        sample = self.x.shape[1:]
        kernel = self.weight.reshape(*sample, self.m)
        d_kernel = np.tensordot(self.x, d_out, axes=(0, 0))
        return (
            np.tensordot(d_out, kernel, axes=(1, len(sample))),
            d_kernel.reshape(self.d, self.m),
            d_out.sum(axis=0),
        )
