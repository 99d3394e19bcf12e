import numpy as np


class Affine:
    """The bias rides along as one more row of an augmented matrix while computing."""

    def __init__(self, in_features, out_features, rng=None):
        if min(in_features, out_features) < 1:
            bad = "in_features" if in_features < 1 else "out_features"
            raise ValueError(f"{bad} is {min(in_features, out_features)}, but must be at least 1")
        self.n_in, self.n_out = in_features, out_features
        rng = np.random.default_rng() if rng is None else rng
        # normal numbers by Box and Muller, from uniform ones
        u, v = 1 - rng.random((2, in_features, out_features))
        self.weight = np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v) * np.sqrt(2 / in_features)
        self.bias = np.zeros(out_features)

    def forward(self, x):
        self.x_shape = x.shape
        if x[0].size != self.n_in:
            raise ValueError(f"x has {x[0].size} numbers a sample instead of in_features={self.n_in}")
        self.rows = np.hstack([x.reshape(x.shape[0], self.n_in), np.ones((x.shape[0], 1))])
        return np.einsum("ni,io->no", self.rows, np.vstack([self.weight, self.bias]))

    def backward(self, d_out):
        d_both = np.einsum("ni,no->io", self.rows, d_out)
        d_x = np.einsum("no,io->ni", d_out, self.weight)
        return d_x.reshape(self.x_shape), d_both[:-1], d_both[-1]
