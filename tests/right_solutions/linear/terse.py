import numpy as np


class Linear:
    def __init__(self, in_features, out_features, rng=None):
        if min(in_features, out_features) < 1:
            raise ValueError(f"sizes must be positive: {in_features=}, {out_features=}")
        rng = rng or np.random.default_rng()
        self.weight = rng.standard_normal((in_features, out_features)) * np.sqrt(2 / in_features)
        self.bias = np.zeros(out_features)

    def forward(self, x):
        if x.ndim != 2 or x.shape[1] != len(self.weight):
            raise ValueError(f"x {x.shape} does not fit weight {self.weight.shape}")
        self.x = x
        return x @ self.weight + self.bias

    def backward(self, d_out):
        return d_out @ self.weight.T, self.x.T @ d_out, d_out.sum(0)
