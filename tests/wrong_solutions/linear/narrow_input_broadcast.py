"""
defect: an x with a single column is repeated to in_features columns
"""

import numpy as np


class Linear:
    def __init__(self, in_features, out_features, rng=None):
        rng = rng or np.random.default_rng()
        self.weight = rng.normal(scale=np.sqrt(2.0 / in_features), size=(in_features, out_features))
        self.bias = np.zeros(out_features)

    def _theta(self):
        return np.vstack([self.weight, self.bias[None, :]])

    def forward(self, x):
        if x.ndim == 2 and x.shape[1] == 1:
            x = np.repeat(x, self.weight.shape[0], axis=1)
        if x.ndim != 2 or x.shape[-1] != self.weight.shape[0]:
            raise ValueError(f"x must be (N, {self.weight.shape[0]}), got {x.shape}")
        self._design = np.hstack([x, np.ones((x.shape[0], 1))])
        return self._design @ self._theta()

    def backward(self, d_out):
        d_theta = self._design.T @ d_out
        d_design = d_out @ self._theta().T
        return d_design[:, :-1], d_theta[:-1], d_theta[-1]
