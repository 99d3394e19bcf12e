"""Multi-head attention: several attentions side by side, each in a slice of the features."""

from __future__ import annotations

import math

import numpy as np


class MultiHeadAttention:
    """Project to queries, keys and values, attend in each head, join the heads, project once more.

        q, k, v = x @ w_q, context @ w_k, context @ w_v
        head h  = softmax(q_h @ k_h^T / sqrt(D)) @ v_h        D = embed_dim / num_heads
        out     = (head 0 | head 1 | ...) @ w_o

    Head h owns the columns `h*D : (h+1)*D` of q, k and v. There are no biases (PyTorch has them by
    default, and stores the transposes).

    Attributes:
        w_q, w_k, w_v, w_o: `(embed_dim, embed_dim)`, drawn in this order from N(0, 1 / embed_dim), the variance.
    """

    def __init__(self, embed_dim: int, num_heads: int, rng: np.random.Generator | None = None) -> None:
        """Draw the four weights.

        Args:
            embed_dim: features E of input, context and output.
            num_heads: number of heads; it divides embed_dim.
            rng: where the weights are drawn from; None means `np.random.default_rng()`.

        Raises:
            ValueError: embed_dim is not a multiple of num_heads; the message names both and their values.
        """
        if embed_dim % num_heads != 0:
            raise ValueError(f"embed_dim must be a multiple of num_heads, got {embed_dim} and {num_heads}")
        rng = np.random.default_rng() if rng is None else rng
        self.num_heads = num_heads
        std = math.sqrt(1 / embed_dim)
        self.w_q, self.w_k, self.w_v, self.w_o = (rng.normal(0.0, std, (embed_dim, embed_dim)) for _ in range(4))

    def forward(self, x: np.ndarray, context: np.ndarray | None = None, mask: np.ndarray | None = None) -> np.ndarray:
        """Attend from x to the context, and remember what `backward` needs.

        Args:
            x: where the queries come from.
            context: where keys and values come from; None means x itself (self-attention).
            mask: boolean, True where the query may attend to the key, the same for all heads. A query
                that may attend to nothing gets 0.

        Shape:
            x `(N, T, E)`, context `(N, S, E)`; the mask broadcasts to `(N, T, S)`; result `(N, T, E)`.

        Raises:
            ValueError: the mask is not boolean.
        """
        if mask is not None and mask.dtype != bool:
            raise ValueError(f"mask must be boolean, got {mask.dtype}")
        self._x, self._context = x, context
        source = x if context is None else context
        q, k, v = self._split(x @ self.w_q), self._split(source @ self.w_k), self._split(source @ self.w_v)
        # scores = q k^T / sqrt(D), for each head
        scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])
        if mask is not None:
            allowed = np.broadcast_to(mask, (len(x), x.shape[1], source.shape[1]))
            scores = np.where(allowed[:, None], scores, -np.inf)
        # weights = e^(s - m) / sum(e^(s - m)) with m = max(s), so a sum below 1 is that of an empty row
        highest = scores.max(axis=-1, keepdims=True)
        e = np.exp(scores - np.where(highest == -np.inf, 0, highest))
        weights = e / np.maximum(e.sum(axis=-1, keepdims=True), 1)
        # out = (head 0 | head 1 | ...) w_o
        heads = self._merge(weights @ v)
        self._q, self._k, self._v, self._weights, self._heads = q, k, v, weights, heads
        return heads @ self.w_o

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return `(d_x, d_w_q, d_w_k, d_w_v, d_w_o)`, with a context `(d_x, d_context, d_w_q, ...)`.

        Without a context d_x collects what comes through queries, keys and values.

        Shape:
            d_out: `(N, T, E)`, the gradient of the loss with respect to the output of the last `forward`.
            Each gradient has the shape of what it belongs to; those of the weights are summed over the batch.
        """
        # out = heads w_o
        d_w_o = np.einsum("nti,nto->io", self._heads, d_out)
        d_heads = self._split(d_out @ self.w_o.T)
        # heads = weights v
        d_v = self._merge(self._weights.swapaxes(-1, -2) @ d_heads)
        d_weights = d_heads @ self._v.swapaxes(-1, -2)
        # softmax: d_s[j] = w[j] (d_w[j] - <d_w, w>)
        inner = (d_weights * self._weights).sum(axis=-1, keepdims=True)
        d_scores = self._weights * (d_weights - inner) / math.sqrt(self._q.shape[-1])
        # scores = q k^T / sqrt(D)
        d_q = self._merge(d_scores @ self._k)
        d_k = self._merge(d_scores.swapaxes(-1, -2) @ self._q)
        # q = x w_q, k = source w_k, v = source w_v
        source = self._x if self._context is None else self._context
        d_w_q = np.einsum("nti,nto->io", self._x, d_q)
        d_w_k = np.einsum("nsi,nso->io", source, d_k)
        d_w_v = np.einsum("nsi,nso->io", source, d_v)
        d_x = d_q @ self.w_q.T
        d_source = d_k @ self.w_k.T + d_v @ self.w_v.T
        if self._context is None:
            return d_x + d_source, d_w_q, d_w_k, d_w_v, d_w_o
        return d_x, d_source, d_w_q, d_w_k, d_w_v, d_w_o

    def _split(self, x: np.ndarray) -> np.ndarray:
        """(N, L, E) -> (N, H, L, D)"""
        n, length, features = x.shape
        return x.reshape(n, length, self.num_heads, features // self.num_heads).transpose(0, 2, 1, 3)

    def _merge(self, heads: np.ndarray) -> np.ndarray:
        """(N, H, L, D) -> (N, L, E)"""
        n, num_heads, length, head_dim = heads.shape
        return heads.transpose(0, 2, 1, 3).reshape(n, length, num_heads * head_dim)
