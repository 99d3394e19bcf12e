"""One number a row: the total itself, joined by np.logaddexp."""

import numpy as np


class StreamingLogSumExp:
    def __init__(self):
        self.total = None

    def update(self, x):
        if x.ndim < 1:
            raise ValueError(f"x needs an axis, got shape {x.shape}")
        rows = x.shape[:-1]
        if self.total is None:
            self.total = np.full(rows, -np.inf)
        elif self.total.shape != rows:
            raise ValueError(f"x has shape {x.shape}, the first block had the rows {self.total.shape}")
        block = np.logaddexp.reduce(x, axis=-1, initial=-np.inf)
        self.total = np.logaddexp(self.total, block)

    def value(self):
        if self.total is None:
            raise ValueError("no update yet")
        return self.total.copy()

    def probabilities(self, x):
        total = self.value()
        return np.exp(x - np.where(total == -np.inf, 0, total)[..., None])
