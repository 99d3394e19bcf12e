"""A lookup is a product with one-hot rows, and so is its gradient."""

import numpy as np


class Embedding:
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, rng=None):
        if padding_idx is not None and padding_idx not in range(num_embeddings):
            raise ValueError(f"padding_idx={padding_idx} is not a row of {num_embeddings}")
        rng = rng or np.random.default_rng()
        self.trainable = np.ones((num_embeddings, 1))
        if padding_idx is not None:
            self.trainable[padding_idx] = 0
        self.weight = rng.normal(0, 1, (num_embeddings, embedding_dim)) * self.trainable

    def forward(self, ids):
        size = len(self.weight)
        if ids.dtype == bool or not np.issubdtype(ids.dtype, np.integer):
            raise ValueError(f"ids: dtype {ids.dtype} is not an integer one")
        if ids.size and (ids.min() < 0 or ids.max() >= size):
            raise ValueError(f"ids: {ids.min()} to {ids.max()} do not fit into 0 to {size - 1}")
        self.one_hot = (ids[..., None] == np.arange(size)).astype(float)
        return self.one_hot @ self.weight

    def backward(self, d_out):
        size, dim = self.weight.shape
        return self.one_hot.reshape(-1, size).T @ d_out.reshape(-1, dim) * self.trainable
