"""Recomputes everything in backward, with the projection matrix I - u u^T of each row."""

import numpy as np


class InfoNCELoss:
    def __init__(self, temperature=0.07):
        self.t = temperature

    def _scores(self):
        ra, rb = np.sqrt(np.sum(self.a**2, 1)), np.sqrt(np.sum(self.b**2, 1))
        return ra, rb, (self.a @ self.b.T) / np.outer(ra, rb) / self.t

    def forward(self, a, b):
        if (np.abs(a).sum(1) == 0).any():
            raise ValueError(f"a: zero row in {a.tolist()}")
        if (np.abs(b).sum(1) == 0).any():
            raise ValueError(f"b: zero row in {b.tolist()}")
        self.a, self.b = np.array(a, dtype=float), np.array(b, dtype=float)
        _, _, s = self._scores()
        lse = np.logaddexp.reduce(s, axis=1) + np.logaddexp.reduce(s, axis=0)
        return float(np.mean(lse / 2 - np.diag(s)))

    def backward(self):
        ra, rb, s = self._scores()
        n, d = self.a.shape
        g = np.exp(s - np.logaddexp.reduce(s, axis=1)[:, None]) + np.exp(s - np.logaddexp.reduce(s, axis=0))
        g = (g / 2 - np.eye(n)) / n / self.t
        ua, ub = self.a / ra[:, None], self.b / rb[:, None]
        pa = np.eye(d) - ua[:, :, None] * ua[:, None, :]
        pb = np.eye(d) - ub[:, :, None] * ub[:, None, :]
        d_a = np.matmul(pa, (g @ ub)[:, :, None])[:, :, 0] / ra[:, None]
        d_b = np.matmul(pb, (g.T @ ua)[:, :, None])[:, :, 0] / rb[:, None]
        return d_a, d_b
