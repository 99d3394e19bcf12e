"""Attention as its definition: one query at a time, one key at a time, plain Python numbers for the softmax."""

import math

import numpy as np


class ScaledDotProductAttention:
    def forward(self, q, k, v, mask=None):
        if q.shape[-1] != k.shape[-1]:
            raise ValueError(f"q has {q.shape[-1]} features, k has {k.shape[-1]}")
        if k.shape[-2] != v.shape[-2]:
            raise ValueError(f"k has length {k.shape[-2]}, v has length {v.shape[-2]}")
        shape = q.shape[:-1] + (k.shape[-2],)
        if mask is None:
            mask = np.ones(shape, dtype=bool)
        elif mask.dtype != np.bool_:
            raise ValueError(f"mask has dtype {mask.dtype}, not bool")
        else:
            try:
                mask = np.broadcast_to(mask, shape)
            except ValueError as error:
                raise ValueError(f"mask of shape {mask.shape} does not fit {shape}") from error
        weights = np.zeros(shape, dtype=q.dtype)
        out = np.zeros(q.shape[:-1] + (v.shape[-1],), dtype=q.dtype)
        for where in np.ndindex(*q.shape[:-1]):
            batch = where[:-1]
            allowed = [j for j in range(shape[-1]) if mask[where + (j,)]]
            scores = [float(q[where] @ k[batch + (j,)]) / math.sqrt(q.shape[-1]) for j in allowed]
            top = max(scores, default=0.0)
            exps = [math.exp(s - top) for s in scores]
            for j, e in zip(allowed, exps):
                weights[where + (j,)] = e / sum(exps)
                out[where] += weights[where + (j,)] * v[batch + (j,)]
        self.saved = q, k, v, weights
        return out

    def backward(self, d_out):
        q, k, v, weights = self.saved
        d_q, d_k, d_v = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
        scale = 1 / math.sqrt(q.shape[-1])
        for where in np.ndindex(*q.shape[:-1]):
            batch, row = where[:-1], weights[where]
            d_row = v[batch] @ d_out[where]
            mean = row @ d_row
            for j in range(len(row)):
                d_score = row[j] * (d_row[j] - mean)
                d_q[where] += scale * d_score * k[batch + (j,)]
                d_k[batch + (j,)] += scale * d_score * q[where]
                d_v[batch + (j,)] += row[j] * d_out[where]
        return d_q, d_k, d_v
