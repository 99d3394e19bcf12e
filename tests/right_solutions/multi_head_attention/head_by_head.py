"""A loop over the heads, each with its own columns of the weights; contributions are added up, nothing is joined."""

import numpy as np


def masked_softmax(scores, mask):
    scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    top[top == -np.inf] = 0.0
    e = np.exp(scores - top)
    total = e.sum(axis=-1, keepdims=True)
    total[total == 0] = 1.0
    return e / total


class MultiHeadAttention:
    def __init__(self, embed_dim, num_heads, rng=None):
        if embed_dim % num_heads:
            raise ValueError(f"embed_dim {embed_dim} is not a multiple of num_heads {num_heads}")
        rng = rng if rng is not None else np.random.default_rng()
        self.size = embed_dim // num_heads
        self.heads = [slice(h * self.size, (h + 1) * self.size) for h in range(num_heads)]
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, rng.standard_normal((embed_dim, embed_dim)) / np.sqrt(embed_dim))

    def forward(self, x, context=None, mask=None):
        if mask is None:
            mask = np.array(True)
        if mask.dtype != bool:
            raise ValueError(f"mask must be bool, got dtype {mask.dtype}")
        self.x, self.alone = x, context is None
        self.y = x if context is None else context
        self.saved = []
        out = np.zeros(x.shape)
        for cols in self.heads:
            q, k, v = x @ self.w_q[:, cols], self.y @ self.w_k[:, cols], self.y @ self.w_v[:, cols]
            p = masked_softmax(q @ k.transpose(0, 2, 1) / np.sqrt(self.size), mask)
            o = p @ v
            out += o @ self.w_o[cols]
            self.saved.append((q, k, v, p, o))
        return out

    def backward(self, d_out):
        grads = {name: np.zeros_like(getattr(self, name)) for name in ("w_q", "w_k", "w_v", "w_o")}
        d_x, d_y = np.zeros(self.x.shape), np.zeros(self.y.shape)
        for cols, (q, k, v, p, o) in zip(self.heads, self.saved):
            grads["w_o"][cols] = (o.transpose(0, 2, 1) @ d_out).sum(0)
            d_o = d_out @ self.w_o[cols].T
            d_p = d_o @ v.transpose(0, 2, 1)
            d_s = p * (d_p - (p * d_p).sum(-1, keepdims=True)) / np.sqrt(self.size)
            for name, source, d_source, d in (
                ("w_q", self.x, d_x, d_s @ k),
                ("w_k", self.y, d_y, d_s.transpose(0, 2, 1) @ q),
                ("w_v", self.y, d_y, p.transpose(0, 2, 1) @ d_o),
            ):
                grads[name][:, cols] = (source.transpose(0, 2, 1) @ d).sum(0)
                d_source += d @ getattr(self, name)[:, cols].T
        inputs = (d_x + d_y,) if self.alone else (d_x, d_y)
        return (*inputs, *grads.values())
