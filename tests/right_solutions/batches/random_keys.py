"""Shuffled copies of both arrays for each epoch: sorted by random keys, then sliced."""

import numpy as np


class Batches:
    def __init__(self, x, y, batch_size, shuffle=True, drop_last=False, rng=None):
        sizes = {"x": len(x), "y": len(y)}
        if len(set(sizes.values())) > 1:
            raise ValueError(f"lengths differ: {sizes}")
        if batch_size < 1:
            raise ValueError(f"{batch_size=} is less than 1")
        self.x, self.y, self.b, self.shuffle, self.drop = x, y, batch_size, shuffle, drop_last
        self.rng = rng or np.random.default_rng()

    def __len__(self):
        n = len(self.x)
        return n // self.b if self.drop else (n + self.b - 1) // self.b

    def __iter__(self):
        x, y = self.x, self.y
        if self.shuffle:
            order = np.argsort(self.rng.random(len(x)))
            x, y = x[order], y[order]
        return iter([(x[i * self.b : (i + 1) * self.b], y[i * self.b : (i + 1) * self.b]) for i in range(len(self))])
