"""A pair (maximum, sum) for each block; pairs are merged by a function of two of them."""

from functools import reduce

import numpy as np


def pair_of(x):
    top = np.max(x, axis=-1, initial=-np.inf)
    return top, np.exp(x - finite(top)[..., None]).sum(-1)


def finite(top):
    return np.where(np.isfinite(top), top, 0.0)


def merge(one, other):
    top = np.maximum(one[0], other[0])
    shift = finite(top)
    return top, one[1] * np.exp(one[0] - shift) + other[1] * np.exp(other[0] - shift)


class StreamingLogSumExp:
    def __init__(self):
        self.seen = ()

    def update(self, x):
        if not x.shape:
            raise ValueError("x must have an axis to sum over")
        if self.seen and self.seen[0][0].shape != x.shape[:-1]:
            raise ValueError(f"x: rows of shape {x.shape[:-1]}, before {self.seen[0][0].shape}; x has shape {x.shape}")
        self.seen = (reduce(merge, (*self.seen, pair_of(x))),)

    def value(self):
        if not self.seen:
            raise ValueError("value() comes after update()")
        ((top, total),) = self.seen
        return np.where(total > 0, finite(top) + np.log(np.where(total > 0, total, 1.0)), -np.inf)

    def probabilities(self, x):
        ((top, total),) = self.seen
        return np.exp(x - finite(top)[..., None]) / np.where(total > 0, total, 1.0)[..., None]
