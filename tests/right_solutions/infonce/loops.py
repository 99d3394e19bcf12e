"""Pair by pair; gradients of the normalised rows add up, then go through the normalisation."""

import math

import numpy as np


def log_sum_exp(values):
    top = max(values)
    return top + math.log(sum(math.exp(v - top) for v in values))


class InfoNCELoss:
    def __init__(self, temperature=0.07):
        self.tau = temperature

    def forward(self, a, b):
        n = len(a)
        for name, rows in (("a", a), ("b", b)):
            for i in range(n):
                if not rows[i].any():
                    raise ValueError(f"row {i} of {name} is zero: {rows[i]}")
        self.len_a = [math.sqrt(float(r @ r)) for r in a]
        self.len_b = [math.sqrt(float(r @ r)) for r in b]
        self.ua = [r / s for r, s in zip(a, self.len_a)]
        self.ub = [r / s for r, s in zip(b, self.len_b)]
        s = [[float(u @ w) / self.tau for w in self.ub] for u in self.ua]
        row = [log_sum_exp(s[i]) for i in range(n)]
        col = [log_sum_exp([s[i][j] for i in range(n)]) for j in range(n)]
        self.ds = [
            [(math.exp(s[i][j] - row[i]) + math.exp(s[i][j] - col[j]) - 2 * (i == j)) / (2 * n) for j in range(n)]
            for i in range(n)
        ]
        return sum(row[i] + col[i] - 2 * s[i][i] for i in range(n)) / (2 * n)

    def backward(self):
        n = len(self.ua)
        d_a, d_b = np.zeros((n, len(self.ua[0]))), np.zeros((n, len(self.ub[0])))
        for i in range(n):
            for j in range(n):
                d_a[i] += self.ds[i][j] * self.ub[j] / self.tau
                d_b[j] += self.ds[i][j] * self.ua[i] / self.tau
        for i in range(n):
            d_a[i] = (d_a[i] - (d_a[i] @ self.ua[i]) * self.ua[i]) / self.len_a[i]
            d_b[i] = (d_b[i] - (d_b[i] @ self.ub[i]) * self.ub[i]) / self.len_b[i]
        return d_a, d_b
