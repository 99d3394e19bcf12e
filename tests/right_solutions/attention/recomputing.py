"""Keeps the inputs and the log of each row's sum, and computes the weights again on the way back."""

import math

import numpy as np


def transposed(a):
    return np.moveaxis(a, -1, -2)


class ScaledDotProductAttention:
    def _weights(self):
        q, k, mask = self.q, self.k, self.mask
        scores = np.matmul(q, transposed(k)) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores[~np.broadcast_to(mask, scores.shape)] = -np.inf
        if self.log_sum is None:
            top = np.maximum(scores.max(-1), np.finfo(scores.dtype).min)
            with np.errstate(divide="ignore"):
                self.log_sum = top + np.log(np.exp(scores - top[..., None]).sum(-1))
            self.log_sum[np.isneginf(self.log_sum)] = 0
        return np.exp(scores - self.log_sum[..., None])

    def forward(self, q, k, v, mask=None):
        *_, queries, features = q.shape
        *_, keys, key_features = k.shape
        if features != key_features:
            raise ValueError(f"k: {key_features} features, but q has {features}")
        if v.shape[-2] != keys:
            raise ValueError(f"v: {v.shape[-2]} rows, but k has {keys}")
        if mask is not None:
            if mask.dtype != bool:
                raise ValueError(f"mask: must be bool, is {mask.dtype}")
            target = (*q.shape[:-2], queries, keys)
            fits = mask.ndim <= len(target) and all(
                a in (1, b) for a, b in zip(mask.shape[::-1], target[::-1])
            )
            if not fits:
                raise ValueError(f"mask: shape {mask.shape} does not fit {target}")
        self.q, self.k, self.v, self.mask, self.log_sum = q, k, v, mask, None
        return self._weights() @ v

    def backward(self, d_out):
        w = self._weights()
        g = d_out @ transposed(self.v)
        # <weights, d_weights> of a row is <out, d_out>
        delta = ((w @ self.v) * d_out).sum(-1, keepdims=True)
        g = w * (g - delta) / math.sqrt(self.q.shape[-1])
        return g @ self.k, transposed(g) @ self.q, transposed(w) @ d_out
