import numpy as np


class Embedding:
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, rng=None):
        if padding_idx is not None and not 0 <= padding_idx <= num_embeddings - 1:
            raise ValueError(f"bad padding_idx {padding_idx}")
        self.pad = padding_idx
        self.weight = (rng or np.random.default_rng()).standard_normal((num_embeddings, embedding_dim))
        if self.pad is not None:
            self.weight[self.pad] *= 0

    def forward(self, ids):
        if ids.dtype.kind not in ("i", "u") or (ids < 0).any() or (ids >= len(self.weight)).any():
            raise ValueError(f"bad ids {ids} ({ids.dtype})")
        self.ids = ids
        return self.weight[ids]

    def backward(self, d_out):
        g = np.zeros(self.weight.shape)
        np.add.at(g, self.ids.ravel(), d_out.reshape(-1, g.shape[1]))
        if self.pad is not None:
            g[self.pad] = 0
        return g
