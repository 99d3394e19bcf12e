"""The epoch is cut with np.split, and the short rest is dropped from the list of pieces."""

import numpy as np


class Batches:
    def __init__(self, x, y, batch_size, shuffle=True, drop_last=False, rng=None):
        if batch_size < 1:
            raise ValueError(f"batch_size must be >= 1, not {batch_size}")
        if len(x) != len(y):
            raise ValueError(f"len(x) must be len(y), not {len(x)} and {len(y)}")
        self.x, self.y, self.batch_size = x, y, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.rng = np.random.default_rng() if rng is None else rng

    def _pieces(self, order):
        pieces = np.split(order, range(self.batch_size, len(order), self.batch_size))
        least = self.batch_size if self.drop_last else 1
        return [piece for piece in pieces if len(piece) >= least]

    def __len__(self):
        return len(self._pieces(np.arange(len(self.x))))

    def __iter__(self):
        order = np.arange(len(self.x))
        if self.shuffle:
            order = self.rng.permutation(order)
        return ((np.take(self.x, piece, axis=0), np.take(self.y, piece, axis=0)) for piece in self._pieces(order))
