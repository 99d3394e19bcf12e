"""einsum for every product, tanh for the sigmoid."""

import numpy as np


def _logistic(x):
    return 0.5 * np.tanh(0.5 * x) + 0.5


class SiLU:
    def forward(self, x):
        self.x, self.s = x, _logistic(x)
        return self.x * self.s

    def backward(self, d_out):
        y = self.x * self.s
        return d_out * (y + self.s * (1 - y))


class SwiGLU:
    def __init__(self, dim, hidden_dim, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        draw = lambda rows, cols: rng.standard_normal((rows, cols)) / np.sqrt(rows)
        self.w1, self.w3, self.w2 = draw(dim, hidden_dim), draw(dim, hidden_dim), draw(hidden_dim, dim)

    def forward(self, x):
        self.x = x
        self.act = SiLU()
        self.a = self.act.forward(np.einsum("...i,ih->...h", x, self.w1))
        self.b = np.einsum("...i,ih->...h", x, self.w3)
        return np.einsum("...h,...h,ho->...o", self.a, self.b, self.w2)

    def backward(self, d_out):
        flat = lambda t: t.reshape(-1, t.shape[-1])
        d_h = np.einsum("...o,ho->...h", d_out, self.w2)
        d_a, d_b = self.act.backward(d_h * self.b), d_h * self.a
        d_x = np.einsum("...h,ih->...i", d_a, self.w1) + np.einsum("...h,ih->...i", d_b, self.w3)
        x, g = flat(self.x), flat(d_out)
        return (
            d_x,
            np.einsum("ni,nh->ih", x, flat(d_a)),
            np.einsum("nh,no->ho", flat(self.a * self.b), g),
            np.einsum("ni,nh->ih", x, flat(d_b)),
        )
