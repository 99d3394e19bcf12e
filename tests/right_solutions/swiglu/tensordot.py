import numpy as np


def _silu(x):
    with np.errstate(over="ignore"):
        s = 1 / (1 + np.exp(-x))
    return x * s, s + x * s * (1 - s)


class SiLU:
    def forward(self, x):
        out, self.slope = _silu(x)
        return out

    def backward(self, d_out):
        return d_out * self.slope


class SwiGLU:
    def __init__(self, dim, hidden_dim, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        shapes = [(dim, hidden_dim), (hidden_dim, dim), (dim, hidden_dim)]
        self.w1, self.w2, self.w3 = (rng.normal(0, np.sqrt(1 / a), (a, b)) for a, b in shapes)

    def forward(self, x):
        u, v = np.matmul(x, self.w1), np.matmul(x, self.w3)
        a, da = _silu(u)
        self.saved = x, v, a, da
        return np.matmul(a * v, self.w2)

    def backward(self, d_out):
        x, v, a, da = self.saved
        lead = (list(range(x.ndim - 1)),) * 2
        dh = np.matmul(d_out, self.w2.T)
        du, dv = dh * v * da, dh * a
        return [
            du @ self.w1.T + dv @ self.w3.T,
            np.tensordot(x, du, lead),
            np.tensordot(a * v, d_out, lead),
            np.tensordot(x, dv, lead),
        ]
