"""A cross-entropy that is called twice, once with the transpose."""

import numpy as np


def diagonal_cross_entropy(s):
    """Loss and gradient of mean cross-entropy along rows, wanted class on the diagonal."""
    n = s.shape[0]
    z = s - s.max(axis=1, keepdims=True)
    e = np.exp(z)
    total = e.sum(axis=1)
    loss = np.mean(np.log(total) - np.diagonal(z))
    return loss, (e / total[:, None] - np.identity(n)) / n


class Normalise:
    def __init__(self, name):
        self.name = name

    def forward(self, x):
        self.length = np.linalg.norm(x, axis=1)[:, None]
        if not self.length.all():
            raise ValueError(f"{self.name} has a row of zeros: {x}")
        self.unit = x / self.length
        return self.unit

    def backward(self, d):
        along = np.einsum("nd,nd->n", d, self.unit)[:, None]
        return (d - along * self.unit) / self.length


class InfoNCELoss:
    def __init__(self, temperature=0.07):
        self.temperature = temperature

    def forward(self, a, b):
        self.na, self.nb = Normalise("a"), Normalise("b")
        s = np.einsum("id,jd->ij", self.na.forward(a), self.nb.forward(b)) / self.temperature
        there, d_there = diagonal_cross_entropy(s)
        back, d_back = diagonal_cross_entropy(s.T)
        self.d_s = 0.5 * (d_there + d_back.T)
        return 0.5 * (there + back)

    def backward(self):
        g = self.d_s / self.temperature
        return self.na.backward(g @ self.nb.unit), self.nb.backward(g.T @ self.na.unit)
