import numpy as np


class Affine:
    def __init__(self, in_features, out_features, rng=None):
        if in_features <= 0 or out_features <= 0:
            raise ValueError(f"in_features={in_features}, out_features={out_features}: must be > 0")
        rng = rng or np.random.default_rng()
        self.weight = rng.standard_normal((in_features, out_features)) * (2 / in_features) ** 0.5
        self.bias = np.zeros(out_features)

    def forward(self, x):
        self.shape, self.x = x.shape, x.reshape(len(x), -1)
        if self.x.shape[1] != self.weight.shape[0]:
            raise ValueError(f"x: {self.x.shape[1]} features, not {self.weight.shape[0]}")
        return self.x @ self.weight + self.bias

    def backward(self, d_out):
        return [(d_out @ self.weight.T).reshape(self.shape), self.x.T @ d_out, d_out.sum(0)]
