"""(1 + tanh(u)) / 2 is sigmoid(2u), so the tanh form is x * sigmoid(2u). The exact form loops over a list."""

import math

import numpy as np


def _sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z < 0, e, 1) / (1 + e)


class GELU:
    def __init__(self, approximate="none"):
        self.tanh_form = approximate == "tanh"

    def forward(self, x):
        if self.tanh_form:
            a = 2 * math.sqrt(2 / math.pi)
            gate = _sigmoid(a * x * (1 + 0.044715 * x * x))
            d_gate = gate * (1 - gate) * a * (1 + 3 * 0.044715 * x * x)
        else:
            gate = np.array([math.erf(v * 0.5**0.5) for v in x.ravel().tolist()]).reshape(x.shape) / 2 + 0.5
            d_gate = np.exp(x * x * -0.5) / (2 * math.pi) ** 0.5
        self.d = np.asarray(gate + x * d_gate, dtype=x.dtype)
        return np.asarray(x * gate, dtype=x.dtype)

    def backward(self, d_out):
        return self.d * d_out
