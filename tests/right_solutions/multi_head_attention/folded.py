"""Folds the heads into the batch: H*N sequences of D features, one plain attention, and back."""

import math

import numpy as np


class Attention:
    """One head's arithmetic, for a batch of any size."""

    def forward(self, q, k, v, bias):
        self.q, self.k, self.v = q, k, v
        self.scale = 1 / math.sqrt(q.shape[2])
        s = q @ k.transpose(0, 2, 1) * self.scale + bias
        m = s.max(axis=2, keepdims=True)
        s = s - np.where(np.isfinite(m), m, 0)
        s = np.exp(s)
        z = s.sum(axis=2, keepdims=True)
        self.p = np.divide(s, z, out=np.zeros_like(s), where=z != 0)
        return self.p @ v

    def backward(self, d):
        d_v = self.p.transpose(0, 2, 1) @ d
        d_p = d @ self.v.transpose(0, 2, 1)
        d_s = self.p * d_p
        d_s = (d_s - self.p * d_s.sum(axis=2, keepdims=True)) * self.scale
        return d_s @ self.k, d_s.transpose(0, 2, 1) @ self.q, d_v


class MultiHeadAttention:
    def __init__(self, embed_dim, num_heads, rng=None):
        if embed_dim != num_heads * (embed_dim // num_heads):
            raise ValueError(f"num_heads = {num_heads} does not divide embed_dim = {embed_dim}")
        if rng is None:
            rng = np.random.default_rng()
        self.num_heads = num_heads
        self.w_q, self.w_k, self.w_v, self.w_o = rng.normal(0, embed_dim**-0.5, (4, embed_dim, embed_dim))
        self.attention = Attention()

    def fold(self, x):
        return np.concatenate(np.split(x, self.num_heads, axis=2), axis=0)

    def unfold(self, x):
        return np.concatenate(np.split(x, self.num_heads, axis=0), axis=2)

    def forward(self, x, context=None, mask=None):
        self.x, self.context = x, context
        source = x if context is None else context
        bias = np.zeros((1, 1, 1))
        if mask is not None:
            if mask.dtype != bool:
                raise ValueError(f"mask is {mask.dtype}, wanted bool")
            full = np.broadcast_to(mask, (len(x), x.shape[1], source.shape[1]))
            bias = np.tile(np.where(full, 0.0, -np.inf), (self.num_heads, 1, 1))
        self.joined = self.unfold(
            self.attention.forward(
                self.fold(x @ self.w_q), self.fold(source @ self.w_k), self.fold(source @ self.w_v), bias
            )
        )
        return self.joined @ self.w_o

    def backward(self, d_out):
        def rows(a):
            return a.reshape(-1, a.shape[-1])

        source = self.x if self.context is None else self.context
        d_w_o = rows(self.joined).T @ rows(d_out)
        parts = self.attention.backward(self.fold(d_out @ self.w_o.T))
        d_q, d_k, d_v = (self.unfold(part) for part in parts)
        d_w_q, d_w_k, d_w_v = rows(self.x).T @ rows(d_q), rows(source).T @ rows(d_k), rows(source).T @ rows(d_v)
        d_x = d_q @ self.w_q.T
        d_context = d_k @ self.w_k.T + d_v @ self.w_v.T
        if self.context is None:
            return d_x + d_context, d_w_q, d_w_k, d_w_v, d_w_o
        return d_x, d_context, d_w_q, d_w_k, d_w_v, d_w_o
