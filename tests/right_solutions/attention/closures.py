"""Every step returns its value and the function that goes back; the Jacobian of softmax is built for each row."""

import numpy as np


def product(a, b):
    return a @ b, lambda g: (g @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ g)


def softmax(s):
    top = s.max(axis=-1, keepdims=True, initial=np.finfo(s.dtype).min, where=np.isfinite(s))
    e = np.exp(s - top)
    total = e.sum(axis=-1, keepdims=True)
    p = e / np.where(total == 0, np.ones_like(total), total)

    def back(g):
        jacobian = np.eye(p.shape[-1], dtype=p.dtype) * p[..., None, :] - p[..., :, None] * p[..., None, :]
        return np.squeeze(jacobian @ g[..., None], axis=-1)

    return p, back


class ScaledDotProductAttention:
    def forward(self, q, k, v, mask=None):
        if q.shape[-1] != k.shape[-1]:
            raise ValueError(f"q and k: {q.shape[-1]} and {k.shape[-1]} features")
        if k.shape[-2] != v.shape[-2]:
            raise ValueError(f"k and v: {k.shape[-2]} and {v.shape[-2]} rows")
        root = q.dtype.type(q.shape[-1]) ** q.dtype.type(0.5)
        scores, scores_back = product(q / root, k.swapaxes(-1, -2))
        if mask is not None:
            if mask.dtype != np.dtype(bool):
                raise ValueError(f"mask of dtype {mask.dtype}")
            if np.broadcast_shapes(scores.shape, (1,) * scores.ndim) != self._joint(scores.shape, mask.shape):
                raise ValueError(f"mask of shape {mask.shape} for scores of shape {scores.shape}")
            scores = scores + np.where(mask, scores.dtype.type(0), scores.dtype.type(-np.inf))
        p, softmax_back = softmax(scores)
        out, out_back = product(p, v)

        def back(d_out):
            d_p, d_v = out_back(d_out)
            d_q, d_kt = scores_back(softmax_back(d_p))
            return d_q / root, d_kt.swapaxes(-1, -2), d_v

        self.back = back
        return out

    def _joint(self, a, b):
        try:
            return np.broadcast_shapes(a, b)
        except ValueError:
            return None

    def backward(self, d_out):
        return self.back(d_out)
