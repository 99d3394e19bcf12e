"""
defect: the output of every forward with the same batch size is the same array
"""

import numpy as np


class Linear:
    def __init__(self, in_features, out_features, rng=None):
        if rng is None:
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
        if getattr(self, "out", None) is None or len(self.out) != n:
            self.out = np.empty((n, self.bias.size))
        np.einsum("ni,io->no", x, self.weight, out=self.out, casting="same_kind")
        self.out += self.bias
        return self.out

    def backward(self, d_out):
        return self.pull(d_out)
