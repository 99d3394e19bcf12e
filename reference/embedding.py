"""An embedding table: one learnable row of numbers for every id."""

from __future__ import annotations

import numpy as np


class Embedding:
    """Look rows up in a table: `out[...] = weight[ids[...]]`.

    Attributes:
        weight: `(num_embeddings, embedding_dim)`, drawn from N(0, 1); the row of `padding_idx` starts at 0.
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Draw the table.

        Args:
            num_embeddings: rows of the table V; ids run from 0 to V - 1.
            embedding_dim: length of a row D.
            padding_idx: an id whose row starts at 0 and gets no gradient, so that training leaves it there.
            rng: where the table is drawn from; None means `np.random.default_rng()`.

        Raises:
            ValueError: padding_idx is outside 0..V-1.
        """
        if padding_idx is not None and not 0 <= padding_idx < num_embeddings:
            raise ValueError(f"padding_idx must be in 0..{num_embeddings - 1}, got {padding_idx}")
        rng = np.random.default_rng() if rng is None else rng
        self.padding_idx = padding_idx
        self.weight = rng.normal(size=(num_embeddings, embedding_dim))
        if padding_idx is not None:
            self.weight[padding_idx] = 0.0

    def forward(self, ids: np.ndarray) -> np.ndarray:
        """Return the rows of the table that the ids name, as a new array.

        The row of `padding_idx` is read like any other.

        Shape:
            ids: any shape `(...)`, of an integer dtype; returns `(..., D)`.

        Raises:
            ValueError: ids are not integers (booleans are not), or one is outside 0..V-1.
        """
        if not np.issubdtype(ids.dtype, np.integer):
            raise ValueError(f"ids must be integers, got dtype {ids.dtype}")
        rows = len(self.weight)
        if np.any((ids < 0) | (ids >= rows)):
            raise ValueError(f"ids must be in 0..{rows - 1}, got {ids.min()}..{ids.max()}")
        self._ids = ids
        return self.weight[ids]

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        """Return `d_weight`, the loss's gradient with respect to the whole table; ids have none.

        Shape:
            d_out: `(..., D)`, the gradient of the loss with respect to the output of the last `forward`;
                returns `(V, D)`.
        """
        # d_weight[v] = sum of d_out over every place where ids == v; np.add.at counts repeats, += does not
        d_weight = np.zeros_like(self.weight)
        np.add.at(d_weight, self._ids, d_out)
        if self.padding_idx is not None:
            d_weight[self.padding_idx] = 0.0
        return d_weight
