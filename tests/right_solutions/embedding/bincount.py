"""One weighted np.bincount for each column."""

import numpy as np


class Embedding:
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, rng=None):
        self.shape = num_embeddings, embedding_dim
        if not (padding_idx is None or 0 <= padding_idx < num_embeddings):
            raise ValueError(f"{padding_idx=} with {num_embeddings=}")
        self.weight = (rng if rng is not None else np.random.default_rng()).normal(size=self.shape)
        self.frozen = [] if padding_idx is None else [padding_idx]
        self.weight[self.frozen] = 0.0

    def _check(self, ids):
        if not np.can_cast(ids.dtype, np.uint64, "same_kind") and not np.can_cast(ids.dtype, np.int64, "same_kind"):
            raise ValueError(f"ids of dtype {ids.dtype}")
        if ids.dtype == np.bool_:
            raise ValueError(f"ids of dtype {ids.dtype}")
        if any(not 0 <= i < self.shape[0] for i in np.unique(ids).tolist()):
            raise ValueError(f"ids outside 0..{self.shape[0] - 1}: {np.unique(ids)}")

    def forward(self, ids):
        self._check(ids)
        self.ids = ids
        return self.weight[ids, :].copy()

    def backward(self, d_out):
        rows, columns = self.shape
        flat, g = self.ids.reshape(-1), d_out.reshape(-1, columns)
        d_weight = np.stack([np.bincount(flat, g[:, c], minlength=rows) for c in range(columns)], axis=1)
        d_weight[self.frozen] = 0.0
        return d_weight
