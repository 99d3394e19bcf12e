"""A generator over pieces of one permutation."""

import math

import numpy as np


class Batches:
    def __init__(self, x, y, batch_size, shuffle=True, drop_last=False, rng=None):
        if x.shape[0] != y.shape[0]:
            raise ValueError(f"x has {x.shape[0]} samples, y has {y.shape[0]}")
        if batch_size <= 0:
            raise ValueError(f"batch_size must be positive, got {batch_size}")
        self.x = x
        self.y = y
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.rng = rng if rng is not None else np.random.default_rng()

    def __len__(self):
        ratio = len(self.x) / self.batch_size
        return math.floor(ratio) if self.drop_last else math.ceil(ratio)

    def __iter__(self):
        n = len(self.x)
        indices = np.arange(n)
        if self.shuffle:
            self.rng.shuffle(indices)
        for start in range(0, n, self.batch_size):
            chosen = indices[start : start + self.batch_size]
            if self.drop_last and len(chosen) < self.batch_size:
                return
            yield self.x[chosen], self.y[chosen]
