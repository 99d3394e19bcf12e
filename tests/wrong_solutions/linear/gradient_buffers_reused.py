"""
defect: d_weight and d_bias are the same arrays at every call, so gradients of an earlier call are overwritten
"""

import numpy as np


class Linear:
    def __init__(self, in_features, out_features, rng=None):
        generator = rng if rng is not None else np.random.default_rng()
        self.n_in = in_features
        self.n_out = out_features
        self.weight = generator.normal(0.0, (2.0 / in_features) ** 0.5, (in_features, out_features))
        self.bias = np.zeros(out_features)

    def forward(self, x):
        if x.shape[1] != self.n_in:
            raise ValueError(f"x has {x.shape[1]} columns, the layer has {self.n_in} in_features")
        self.seen = x.copy()
        result = np.empty((len(x), self.n_out))
        for row in range(len(x)):
            for unit in range(self.n_out):
                result[row, unit] = self.bias[unit] + np.dot(x[row], self.weight[:, unit])
        return result

    def backward(self, d_out):
        gx = np.zeros((len(self.seen), self.n_in))
        if not hasattr(self, "gw"):
            self.gw, self.gb = np.zeros((self.n_in, self.n_out)), np.zeros(self.n_out)
        gw, gb = self.gw, self.gb
        gw[:] = 0
        gb[:] = 0
        for row in range(len(self.seen)):
            for unit in range(self.n_out):
                up = d_out[row, unit]
                gx[row] += up * self.weight[:, unit]
                gw[:, unit] += up * self.seen[row]
                gb[unit] += up
        return gx, gw, gb
