"""Plain Python numbers, one row at a time."""

import math

import numpy as np


class StreamingLogSumExp:
    def __init__(self):
        self.shape, self.rows = None, []

    def update(self, x):
        if x.ndim == 0:
            raise ValueError("x is a scalar of shape (): it has no axis")
        if self.shape is None:
            self.shape = x.shape[:-1]
            self.rows = [(-math.inf, 0.0)] * math.prod(self.shape)
        if self.shape != x.shape[:-1]:
            raise ValueError(f"x has the shape {x.shape}, expected the leading axes {self.shape}")
        flat = x.reshape(len(self.rows), x.shape[-1])
        for i, row in enumerate(flat.tolist()):
            top, total = self.rows[i]
            for score in row:
                if score == -math.inf:
                    continue
                if score > top:
                    total, top = total * math.exp(top - score) + 1.0, score
                else:
                    total += math.exp(score - top)
            self.rows[i] = top, total

    def value(self):
        if self.shape is None:
            raise ValueError("update comes before value")
        totals = [top + math.log(total) if total else -math.inf for top, total in self.rows]
        return np.array(totals).reshape(self.shape)

    def probabilities(self, x):
        total = self.value()[..., np.newaxis]
        out = np.zeros(x.shape)
        return np.exp(np.subtract(x, total, where=total > -np.inf, out=np.full(x.shape, -np.inf)), out=out)
