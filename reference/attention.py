"""Scaled dot-product attention: every query takes a weighted mean of the values."""

from __future__ import annotations

import math

import numpy as np


class ScaledDotProductAttention:
    """Attention without parameters, and with as many leading axes (batch, heads) as you like.

        weights = softmax(q @ k^T / sqrt(d))      over the keys that the mask allows
        out     = weights @ v

    A query with no allowed key gets 0, and sends no gradient back. PyTorch's
    `F.scaled_dot_product_attention` computes the same.
    """

    def forward(self, q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
        """Return the output and remember what `backward` needs.

        Args:
            q: queries.
            k: keys.
            v: values, one for each key.
            mask: boolean, True where the query may attend to the key; None allows everything. The
                `key_padding_mask` of `nn.MultiheadAttention` means the opposite.

        Shape:
            q `(..., Lq, d)`, k `(..., Lk, d)`, v `(..., Lk, dv)`, with the same leading axes; the mask
            broadcasts to `(..., Lq, Lk)`; result `(..., Lq, dv)`, in the dtype of the inputs.

        Raises:
            ValueError: q and k differ in their features, k and v differ in length, or the mask is not
                boolean or does not broadcast to the shape of the scores.
        """
        if q.shape[-1] != k.shape[-1]:
            raise ValueError(f"q and k must have the same number of features, got shapes {q.shape} and {k.shape}")
        if k.shape[-2] != v.shape[-2]:
            raise ValueError(f"k and v must have the same length, got shapes {k.shape} and {v.shape}")
        # scores = q k^T / sqrt(d)
        self._scale = 1 / math.sqrt(q.shape[-1])
        scores = q @ k.swapaxes(-1, -2) * self._scale
        if mask is not None:
            self._check_mask(mask, scores.shape)
            scores = np.where(mask, scores, -np.inf)
        # weights = e^(s - m) / sum(e^(s - m)) with m = max(s), so a sum below 1 is that of an empty row
        highest = scores.max(axis=-1, keepdims=True)
        e = np.exp(scores - np.where(highest == -np.inf, 0, highest))
        self._weights = e / np.maximum(e.sum(axis=-1, keepdims=True), 1)
        self._q, self._k, self._v = q, k, v
        # out = weights v
        return self._weights @ v

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return `(d_q, d_k, d_v)` for the last `forward`.

        Shape:
            d_out: `(..., Lq, dv)`, the gradient of the loss with respect to the output. Each gradient has
            the shape of what it belongs to.
        """
        # out = weights v
        d_v = self._weights.swapaxes(-1, -2) @ d_out
        d_weights = d_out @ self._v.swapaxes(-1, -2)
        # softmax: d_s[j] = w[j] (d_w[j] - <d_w, w>), which is 0 wherever a weight is
        inner = (d_weights * self._weights).sum(axis=-1, keepdims=True)
        d_scores = self._weights * (d_weights - inner)
        # scores = q k^T / sqrt(d)
        d_q = d_scores @ self._k * self._scale
        d_k = d_scores.swapaxes(-1, -2) @ self._q * self._scale
        return d_q, d_k, d_v

    def _check_mask(self, mask: np.ndarray, shape: tuple[int, ...]) -> None:
        if mask.dtype != bool:
            raise ValueError(f"mask must be boolean, got {mask.dtype}")
        try:
            np.broadcast_to(mask, shape)
        except ValueError:
            raise ValueError(f"mask must broadcast to the shape of the scores, {shape}, got {mask.shape}") from None
