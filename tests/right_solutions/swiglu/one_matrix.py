"""Gate and value side by side in one matrix, as fused kernels do; x is kept, the rest is computed again."""

import numpy as np


def _sigmoid(x):
    out = np.empty_like(x)
    up = x >= 0
    out[up] = 1 / (1 + np.exp(-x[up]))
    e = np.exp(x[~up])
    out[~up] = e / (1 + e)
    return out


class SiLU:
    def forward(self, x):
        self.x = np.array(x)
        return x * _sigmoid(x)

    def backward(self, d_out):
        s = _sigmoid(self.x)
        return d_out * s * (1 + self.x * (1 - s))


class SwiGLU:
    def __init__(self, dim, hidden_dim, rng=None):
        rng = rng or np.random.default_rng()
        fused = rng.normal(scale=dim**-0.5, size=(dim, 2 * hidden_dim))
        self.w1, self.w3 = fused[:, :hidden_dim].copy(), fused[:, hidden_dim:].copy()
        self.w2 = rng.normal(scale=hidden_dim**-0.5, size=(hidden_dim, dim))

    def forward(self, x):
        self.rows = x.reshape(-1, x.shape[-1])
        gate, value = np.split(self.rows @ np.hstack([self.w1, self.w3]), 2, axis=1)
        return ((SiLU().forward(gate) * value) @ self.w2).reshape(x.shape)

    def backward(self, d_out):
        g = d_out.reshape(self.rows.shape)
        both = np.hstack([self.w1, self.w3])
        gate, value = np.split(self.rows @ both, 2, axis=1)
        silu = SiLU()
        activated = silu.forward(gate)
        d_hidden = g @ self.w2.T
        d_both = np.hstack([silu.backward(d_hidden * value), d_hidden * activated])
        d_w1, d_w3 = np.split(self.rows.T @ d_both, 2, axis=1)
        return (d_both @ both.T).reshape(d_out.shape), d_w1, (activated * value).T @ g, d_w3
