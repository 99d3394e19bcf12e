import numpy as np


class Linear:
    def __init__(self, in_features, out_features, rng=None):
        for name, value in (("in_features", in_features), ("out_features", out_features)):
            if value <= 0:
                raise ValueError(f"{name} must be positive, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        self.in_features = in_features
        self.weight = rng.normal(0.0, (2 / in_features) ** 0.5, (in_features, out_features))
        self.bias = np.zeros((out_features,))

    def forward(self, x):
        if np.ndim(x) != 2:
            raise ValueError(f"x must have 2 axes, got {np.ndim(x)}")
        if x.shape[-1] != self.in_features:
            raise ValueError(f"x must have {self.in_features} features, got {x.shape[-1]}")
        self.cache = x.copy(), self.weight.copy()
        return np.einsum("ni,io->no", x, self.weight) + self.bias

    def backward(self, d_out):
        x, weight = self.cache
        return [
            np.einsum("no,io->ni", d_out, weight),
            np.einsum("ni,no->io", x, d_out),
            np.einsum("no->o", d_out),
        ]
