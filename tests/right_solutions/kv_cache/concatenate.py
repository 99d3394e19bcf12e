"""The plain way: a full forward with a square mask, and a step that joins old and new keys."""

import numpy as np


class CachedAttention:
    def __init__(self, embed_dim, num_heads, rng=None):
        if embed_dim % num_heads != 0:
            raise ValueError(f"embed_dim={embed_dim} must be divisible by num_heads={num_heads}")
        self.d = embed_dim // num_heads
        if self.d % 2 == 1:
            raise ValueError(f"embed_dim={embed_dim} and num_heads={num_heads} give an odd head of {self.d}")
        self.h = num_heads
        rng = np.random.default_rng() if rng is None else rng
        self.w_q = rng.normal(0, 1 / np.sqrt(embed_dim), (embed_dim, embed_dim))
        self.w_k = rng.normal(0, 1 / np.sqrt(embed_dim), (embed_dim, embed_dim))
        self.w_v = rng.normal(0, 1 / np.sqrt(embed_dim), (embed_dim, embed_dim))
        self.w_o = rng.normal(0, 1 / np.sqrt(embed_dim), (embed_dim, embed_dim))

    def project(self, x, w):
        n, t, _ = x.shape
        return (x @ w).reshape(n, t, self.h, self.d).transpose(0, 2, 1, 3)

    def rope(self, x, start):
        positions = np.arange(start, start + x.shape[2])
        freqs = 10000.0 ** (-np.arange(0, self.d, 2) / self.d)
        angles = np.concatenate([np.outer(positions, freqs)] * 2, axis=1)
        half = self.d // 2
        rotated = np.concatenate([-x[..., half:], x[..., :half]], axis=-1)
        return x * np.cos(angles) + rotated * np.sin(angles)

    def attend(self, q, k, v, mask):
        scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(self.d)
        scores = np.where(mask, scores, -1e30)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        heads = (scores / scores.sum(axis=-1, keepdims=True)) @ v
        n, _, t, _ = heads.shape
        return heads.transpose(0, 2, 1, 3).reshape(n, t, -1) @ self.w_o

    def forward(self, x):
        q, k = self.rope(self.project(x, self.w_q), 0), self.rope(self.project(x, self.w_k), 0)
        t = x.shape[1]
        return self.attend(q, k, self.project(x, self.w_v), np.tril(np.ones((t, t), dtype=bool)))

    def step(self, x, cache=None):
        t = x.shape[1]
        if t < 1:
            raise ValueError(f"x has t = {t} tokens, shape {x.shape}; at least one is needed")
        if cache is None:
            empty = np.zeros((x.shape[0], self.h, 0, self.d))
            cache = {"k": empty, "v": empty}
        past = cache["k"].shape[2]
        q = self.rope(self.project(x, self.w_q), past)
        k = np.concatenate([cache["k"], self.rope(self.project(x, self.w_k), past)], axis=2)
        v = np.concatenate([cache["v"], self.project(x, self.w_v)], axis=2)
        mask = np.tril(np.ones((t, past + t), dtype=bool), k=past)
        return self.attend(q, k, v, mask), {"k": k, "v": v}
