"""An iterator class of its own, with __next__; without shuffle the batches are views."""

import numpy as np


class _Epoch:
    def __init__(self, x, y, order, size, count):
        self.x, self.y, self.order, self.size = x, y, order, size
        self.left = count
        self.position = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        piece = slice(self.position, self.position + self.size)
        self.position += self.size
        if self.order is not None:
            piece = self.order[piece]
        return self.x[piece], self.y[piece]


class Batches:
    def __init__(self, x, y, batch_size, shuffle=True, drop_last=False, rng=None):
        if len(y) != len(x):
            raise ValueError(f"length of x ({len(x)}) and of y ({len(y)}) differ")
        if not batch_size >= 1:
            raise ValueError(f"batch_size of {batch_size}")
        self.data, self.batch_size, self.shuffle = (x, y), batch_size, shuffle
        whole, rest = divmod(len(x), batch_size)
        self.count = whole + (rest > 0 and not drop_last)
        self.rng = rng

    def __len__(self):
        return self.count

    def __iter__(self):
        if self.rng is None:
            self.rng = np.random.default_rng()
        order = self.rng.permutation(len(self.data[0])) if self.shuffle else None
        return _Epoch(*self.data, order, self.batch_size, self.count)
