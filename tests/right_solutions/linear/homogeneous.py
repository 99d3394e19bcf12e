"""Weight and bias are one matrix; the input gets a column of ones."""

import numpy as np


class Linear:
    def __init__(self, in_features, out_features, rng=None):
        if in_features <= 0:
            raise ValueError(f"in_features={in_features} is not positive")
        if out_features <= 0:
            raise ValueError(f"out_features={out_features} is not positive")
        generator = rng if rng is not None else np.random.default_rng()
        self.theta = np.zeros((in_features + 1, out_features))
        generator.standard_normal(out=self.theta[:-1])
        self.theta[:-1] *= np.sqrt(2 / in_features)

    weight = property(lambda self: self.theta[:-1], lambda self, w: self._put(slice(None, -1), w))
    bias = property(lambda self: self.theta[-1], lambda self, b: self._put(-1, b))

    def _put(self, where, value):
        self.theta[where] = value

    def forward(self, x):
        if x.ndim != 2 or x.shape[1] + 1 != self.theta.shape[0]:
            raise ValueError(f"x of shape {x.shape} does not have {self.theta.shape[0] - 1} features")
        self.ones_x = np.hstack([x, np.ones((x.shape[0], 1))])
        return self.ones_x.dot(self.theta)

    def backward(self, d_out):
        d_theta = self.ones_x.T.dot(d_out)
        d_x = d_out.dot(self.theta.T)[:, :-1]
        return d_x, d_theta[:-1], d_theta[-1]
