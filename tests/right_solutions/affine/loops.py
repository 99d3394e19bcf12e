import numpy as np


class Affine:
    def __init__(self, in_features, out_features, rng=None):
        for name, value in (("in_features", in_features), ("out_features", out_features)):
            if value < 1:
                raise ValueError(f"{name} must be positive, not {value}")
        if rng is None:
            rng = np.random.default_rng()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = np.empty((in_features, out_features))
        for i in range(in_features):
            for j in range(out_features):
                self.weight[i, j] = rng.normal(0, np.sqrt(2 / in_features))
        self.bias = np.zeros((out_features,))

    def forward(self, x):
        self.x = x
        out = np.zeros((len(x), self.out_features))
        for n, sample in enumerate(x):
            row = sample.flatten()
            if len(row) != self.in_features:
                raise ValueError(f"x has {len(row)} features a sample, expected {self.in_features}")
            for j in range(self.out_features):
                out[n, j] = np.dot(row, self.weight[:, j]) + self.bias[j]
        return out

    def backward(self, d_out):
        d_x = np.zeros(self.x.shape)
        d_weight = np.zeros((self.in_features, self.out_features))
        d_bias = np.zeros(self.out_features)
        for n in range(len(self.x)):
            d_row = np.zeros(self.in_features)
            for j in range(self.out_features):
                d_row += d_out[n, j] * self.weight[:, j]
                d_weight[:, j] += d_out[n, j] * self.x[n].flatten()
                d_bias[j] += d_out[n, j]
            d_x[n] = d_row.reshape(self.x.shape[1:])
        return d_x, d_weight, d_bias
