"""Mini-batches: what PyTorch's DataLoader does for arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


class Batches:
    """Cut a dataset into batches, in a new order every epoch.

    Iterating over it is one epoch: every sample comes exactly once, except those that `drop_last` leaves out. Each
    iterator has its own order, so several can be in use at the same time.
    """

    def __init__(
        self,
        x: np.ndarray,
        y: np.ndarray,
        batch_size: int,
        shuffle: bool = True,
        drop_last: bool = False,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Keep the dataset; neither x nor y is ever changed.

        Args:
            x: the samples, along the first axis.
            y: their targets, in the same order.
            batch_size: samples in a batch, at least 1.
            shuffle: draw a new order at every iteration; without it the order is the given one.
            drop_last: leave the last batch out where it is shorter than `batch_size`.
            rng: where the orders are drawn from; None means `np.random.default_rng()`.

        Shape:
            x: `(N, ...)`, y: `(N, ...)`.

        Raises:
            ValueError: x and y differ in length, or batch_size is below 1.
        """
        if len(x) != len(y):
            raise ValueError(f"x and y must have the same length, got {len(x)} and {len(y)}")
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        self.x, self.y = x, y
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.rng = np.random.default_rng() if rng is None else rng

    def __len__(self) -> int:
        """How many batches an epoch has."""
        # floor(N / B), or ceil(N / B) when the short batch counts
        if self.drop_last:
            return len(self.x) // self.batch_size
        return -(-len(self.x) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield `(x_batch, y_batch)`, where row i of one belongs to row i of the other."""
        count = len(self.x)
        # one permutation for both arrays keeps the pairs together
        order = self.rng.permutation(count) if self.shuffle else np.arange(count)
        for batch in range(len(self)):
            rows = order[batch * self.batch_size : (batch + 1) * self.batch_size]
            yield self.x[rows], self.y[rows]
