"""One id at a time, in both directions."""

import numpy as np


class Embedding:
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, rng=None):
        if padding_idx is not None:
            if padding_idx < 0 or padding_idx >= num_embeddings:
                raise ValueError(f"padding_idx must be between 0 and {num_embeddings - 1}, got {padding_idx}")
        if rng is None:
            rng = np.random.default_rng()
        self.weight = np.zeros((num_embeddings, embedding_dim))
        for row in range(num_embeddings):
            values = rng.standard_normal(embedding_dim)
            if row != padding_idx:
                self.weight[row] = values
        self.padding_idx = padding_idx

    def forward(self, ids):
        if ids.dtype.kind not in "iu":
            raise ValueError(f"ids must have an integer dtype, got {ids.dtype}")
        vocabulary, dim = self.weight.shape
        out = np.empty(ids.shape + (dim,))
        for where in np.ndindex(*ids.shape):
            index = int(ids[where])
            if index < 0 or index >= vocabulary:
                raise ValueError(f"ids must be between 0 and {vocabulary - 1}, got {index}")
            out[where] = self.weight[index]
        self.ids = ids
        return out

    def backward(self, d_out):
        d_weight = np.zeros(self.weight.shape)
        for where in np.ndindex(*self.ids.shape):
            index = int(self.ids[where])
            if index != self.padding_idx:
                d_weight[index] += d_out[where]
        return d_weight
