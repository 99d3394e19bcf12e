"""Causal self-attention with rotary positions that goes on from a cache of earlier keys and values."""

from __future__ import annotations

import math

import numpy as np


class CachedAttention:
    """Multi-head self-attention for decoding: the whole sequence at once, or a few tokens at a time.

        q, k, v = x @ w_q, x @ w_k, x @ w_v      split into heads of D = embed_dim / num_heads features
        head    = softmax(rotated q @ (rotated k)^T / sqrt(D)) @ v      over the tokens up to the query's own
        out     = (head 0 | head 1 | ...) @ w_o

    Rotary positions turn feature i of a head together with feature i + D/2 by the angle
    `position * 10000 ** (-2i / D)`. Keys are cached rotated: a key's position never changes.

    Attributes:
        w_q, w_k, w_v, w_o: `(embed_dim, embed_dim)`, drawn in this order from N(0, 1 / embed_dim), the variance.
    """

    def __init__(self, embed_dim: int, num_heads: int, rng: np.random.Generator | None = None) -> None:
        """Draw the four weights.

        Args:
            embed_dim: features E of input and output.
            num_heads: number of heads H; head h owns the columns `h*D : (h+1)*D`.
            rng: where the weights are drawn from; None means `np.random.default_rng()`.

        Raises:
            ValueError: embed_dim is not a multiple of num_heads, or D is odd.
        """
        if embed_dim % num_heads != 0:
            raise ValueError(f"embed_dim must be a multiple of num_heads, got {embed_dim} and {num_heads}")
        if embed_dim // num_heads % 2 != 0:
            raise ValueError(f"embed_dim / num_heads must be even, got {embed_dim} / {num_heads}")
        rng = np.random.default_rng() if rng is None else rng
        self.num_heads = num_heads
        std = math.sqrt(1 / embed_dim)
        self.w_q, self.w_k, self.w_v, self.w_o = (rng.normal(0.0, std, (embed_dim, embed_dim)) for _ in range(4))

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Attend within x, each token to itself and the tokens before it; no cache is read or made.

        Shape:
            x `(N, T, E)`, result `(N, T, E)`.
        """
        return self.step(x)[0]

    def step(self, x: np.ndarray, cache: dict[str, np.ndarray] | None = None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Go on by t tokens: return their outputs, and the cache with their keys and values added.

        Each new token attends to all tokens in the cache, and to the new ones up to itself. The cache that
        comes in stays as it is, so two continuations can start from it.

        Args:
            x: the new tokens.
            cache: what the last step returned; None at the start.

        Shape:
            x `(N, t, E)` with t >= 1, result `(N, t, E)`; the cache is a dict of `k` (rotated) and `v`, each
            `(N, H, S, D)` for the S tokens seen so far.

        Raises:
            ValueError: x has no token (t = 0).
        """
        if x.shape[1] == 0:
            raise ValueError(f"x must have at least one token, got the shape {x.shape}")
        past = 0 if cache is None else cache["k"].shape[2]
        positions = past + np.arange(x.shape[1])
        q = self._rotate(self._split(x @ self.w_q), positions)
        k = self._rotate(self._split(x @ self.w_k), positions)
        v = self._split(x @ self.w_v)
        if cache is not None:
            k = np.concatenate([cache["k"], k], axis=2)
            v = np.concatenate([cache["v"], v], axis=2)
        # scores = q k^T / sqrt(D), and -inf where a key comes after its query
        scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])
        allowed = np.arange(k.shape[2]) <= positions[:, None]
        scores = np.where(allowed, scores, -np.inf)
        # weights = softmax(scores), over the keys
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights = e / e.sum(axis=-1, keepdims=True)
        # out = (head 0 | head 1 | ...) w_o
        heads = (weights @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        return heads @ self.w_o, {"k": k, "v": v}

    def _split(self, x: np.ndarray) -> np.ndarray:
        """(N, t, E) -> (N, H, t, D)"""
        n, length, features = x.shape
        return x.reshape(n, length, self.num_heads, features // self.num_heads).transpose(0, 2, 1, 3)

    def _rotate(self, x: np.ndarray, positions: np.ndarray) -> np.ndarray:
        half = x.shape[-1] // 2
        # angle[t, i] = position[t] * 10000^(-2i / D)
        angles = positions[:, None] * 10000.0 ** (-np.arange(half) / half)
        cos, sin = np.cos(angles), np.sin(angles)
        a, b = x[..., :half], x[..., half:]
        # (a, b) -> (a cos - b sin, a sin + b cos)
        return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)
