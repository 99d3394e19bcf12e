"""Gradients are sorted by id, and each run of equal ids is added up with np.add.reduceat."""

import numpy as np


class Embedding:
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, rng=None):
        if padding_idx is not None and (padding_idx < 0 or num_embeddings <= padding_idx):
            raise ValueError("padding_idx out of range: " + str(padding_idx))
        rng = np.random.default_rng() if rng is None else rng
        self.weight = rng.standard_normal((num_embeddings, embedding_dim))
        self.padding_idx = padding_idx
        if padding_idx is not None:
            self.weight[padding_idx, :] = 0

    def forward(self, ids):
        if not isinstance(ids.flat[:0].dtype.type(0), np.integer):
            raise ValueError("ids are not integers: " + str(ids.dtype))
        bad = ids[(ids < 0) | (ids >= self.weight.shape[0])]
        if bad.size:
            raise ValueError(f"ids out of range 0..{self.weight.shape[0] - 1}: {bad[:5]}")
        self.ids = np.array(ids)
        return np.take(self.weight, ids, axis=0)

    def backward(self, d_out):
        d_weight = np.zeros_like(self.weight)
        flat = self.ids.ravel()
        if flat.size:
            order = np.argsort(flat, kind="stable")
            present, starts = np.unique(flat[order], return_index=True)
            d_weight[present] = np.add.reduceat(d_out.reshape(flat.size, -1)[order], starts, axis=0)
        if self.padding_idx is not None:
            d_weight[self.padding_idx, :] = 0
        return d_weight
