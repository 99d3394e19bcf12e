"""
defect: the given rng is ignored: weights come from a new default_rng every time
"""

import numpy as np


class Linear:
    def __init__(self, in_features, out_features, rng=None):
        rng = np.random.default_rng()
        self.weight = np.sqrt(2 / in_features) * rng.standard_normal((in_features, out_features))
        self.bias = np.zeros((out_features,))

    def forward(self, x):
        n, d = x.shape
        if d != len(self.weight):
            raise ValueError("x: expected %d columns, got %d" % (len(self.weight), d))

        def pull(up):
            return (
                np.einsum("no,io->ni", up, self.weight),
                np.einsum("ni,no->io", x, up),
                np.einsum("no->o", up),
            )

        self.pull = pull
        return np.einsum("ni,io->no", x, self.weight) + self.bias

    def backward(self, d_out):
        return self.pull(d_out)
