"""Grouped-query attention: several query heads share one key and value head."""

from __future__ import annotations

import numpy as np


class GroupedQueryAttention:
    """Self-attention with H query heads and K key/value heads, K a divisor of H.

    With `D = embed_dim // num_heads` and `g = H // K`, query head h attends to key/value head `h // g`:

        head[h] = softmax(q[h] @ k[h // g].T / sqrt(D)) @ v[h // g]
        out     = (head[0], ..., head[H-1] side by side) @ w_o

    K = H is multi-head attention, K = 1 is multi-query attention. There are no biases.

    Attributes:
        w_q: `(embed_dim, H*D)`; query head h owns the columns `h*D` to `(h+1)*D`.
        w_k, w_v: `(embed_dim, K*D)`; key/value head j owns the columns `j*D` to `(j+1)*D`.
        w_o: `(embed_dim, embed_dim)`. All four are drawn from N(0, 1 / embed_dim), the variance.
    """

    def __init__(self, embed_dim: int, num_heads: int, num_kv_heads: int, rng: np.random.Generator | None = None) -> None:
        """Draw the four weights.

        Args:
            embed_dim: features of the input and of the output.
            num_heads: query heads H.
            num_kv_heads: key/value heads K.
            rng: where the weights are drawn from; None means `np.random.default_rng()`.

        Raises:
            ValueError: embed_dim is not a multiple of num_heads, or num_heads not one of num_kv_heads.
        """
        if embed_dim % num_heads != 0:
            raise ValueError(f"embed_dim must be a multiple of num_heads={num_heads}, got {embed_dim}")
        if num_heads % num_kv_heads != 0:
            raise ValueError(f"num_heads must be a multiple of num_kv_heads={num_kv_heads}, got {num_heads}")
        rng = np.random.default_rng() if rng is None else rng
        std = np.sqrt(1.0 / embed_dim)
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.w_q = rng.normal(0.0, std, (embed_dim, embed_dim))
        self.w_k = rng.normal(0.0, std, (embed_dim, num_kv_heads * self.head_dim))
        self.w_v = rng.normal(0.0, std, (embed_dim, num_kv_heads * self.head_dim))
        self.w_o = rng.normal(0.0, std, (embed_dim, embed_dim))

    def forward(self, x: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
        """Attend from every position of x to every position that the mask allows.

        Args:
            x: the sequences.
            mask: boolean, the same for all heads; True means: may be attended. None allows everything.
                A row without a single True contributes 0.

        Shape:
            x: `(N, T, embed_dim)`; mask: broadcasts to `(N, T, T)`; returns `(N, T, embed_dim)`.

        Raises:
            ValueError: the mask is not boolean.
        """
        group = self.num_heads // self.num_kv_heads
        self._x = x
        self._q = self._split(x @ self.w_q)
        # query head h reads key/value head h // group: each one stands group times in a row
        self._k = np.repeat(self._split(x @ self.w_k), group, axis=1)
        self._v = np.repeat(self._split(x @ self.w_v), group, axis=1)
        scores = self._q @ self._k.swapaxes(-1, -2) / np.sqrt(self.head_dim)
        if mask is not None:
            if mask.dtype != np.bool_:
                raise ValueError(f"mask must be boolean, got dtype {mask.dtype}")
            n, t, _ = x.shape
            scores = np.where(np.broadcast_to(mask, (n, t, t))[:, None], scores, -np.inf)
        # softmax; in an empty row the maximum is -inf and the sum 0, and both are replaced
        top = scores.max(axis=-1, keepdims=True)
        e = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
        total = e.sum(axis=-1, keepdims=True)
        self._weights = e / np.where(total > 0, total, 1.0)
        self._merged = self._merge(self._weights @ self._v)
        return self._merged @ self.w_o

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return `(d_x, d_w_q, d_w_k, d_w_v, d_w_o)`: the loss's gradients, summed over the batch.

        Shape:
            d_out: `(N, T, embed_dim)`, the gradient of the loss with respect to the output of the last `forward`.
            Each gradient has the shape of what it belongs to.
        """
        # out = merged @ w_o
        d_w_o = np.tensordot(self._merged, d_out, axes=((0, 1), (0, 1)))
        d_heads = self._split(d_out @ self.w_o.T)
        # heads = weights @ v,  weights = softmax(scores),  scores = q @ k.T / sqrt(D)
        d_weights = d_heads @ self._v.swapaxes(-1, -2)
        inner = (d_weights * self._weights).sum(axis=-1, keepdims=True)
        d_scores = self._weights * (d_weights - inner) / np.sqrt(self.head_dim)
        d_q = self._merge(d_scores @ self._k)
        d_k = self._merge(self._sum_groups(d_scores.swapaxes(-1, -2) @ self._q))
        d_v = self._merge(self._sum_groups(self._weights.swapaxes(-1, -2) @ d_heads))
        # q = x @ w_q, k = x @ w_k, v = x @ w_v: x has three ways into the output
        d_x = d_q @ self.w_q.T + d_k @ self.w_k.T + d_v @ self.w_v.T
        d_w_q = np.tensordot(self._x, d_q, axes=((0, 1), (0, 1)))
        d_w_k = np.tensordot(self._x, d_k, axes=((0, 1), (0, 1)))
        d_w_v = np.tensordot(self._x, d_v, axes=((0, 1), (0, 1)))
        return d_x, d_w_q, d_w_k, d_w_v, d_w_o

    def _split(self, flat: np.ndarray) -> np.ndarray:
        """(N, T, heads*D) to (N, heads, T, D)."""
        n, t, width = flat.shape
        return flat.reshape(n, t, width // self.head_dim, self.head_dim).transpose(0, 2, 1, 3)

    def _merge(self, heads: np.ndarray) -> np.ndarray:
        """(N, heads, T, D) to (N, T, heads*D)."""
        n, count, t, _ = heads.shape
        return heads.transpose(0, 2, 1, 3).reshape(n, t, count * self.head_dim)

    def _sum_groups(self, heads: np.ndarray) -> np.ndarray:
        """(N, H, T, D) to (N, K, T, D): a key/value head collects what its whole group sends back."""
        n, count, t, _ = heads.shape
        return heads.reshape(n, self.num_kv_heads, count // self.num_kv_heads, t, self.head_dim).sum(axis=2)
