"""einsum throughout; the mask multiplies the exponentials, and the maximum is taken over allowed keys only."""

import numpy as np


class ScaledDotProductAttention:
    def forward(self, q, k, v, mask=None):
        if q.shape[-1] != k.shape[-1]:
            raise ValueError(f"features differ: q {q.shape}, k {k.shape}")
        if k.shape[-2] != v.shape[-2]:
            raise ValueError(f"lengths differ: k {k.shape}, v {v.shape}")
        self.q, self.k, self.v = q * q.shape[-1] ** -0.5, k, v
        scores = np.einsum("...qd,...kd->...qk", self.q, k)
        keep = np.array(True)
        if mask is not None:
            if mask.dtype.kind != "b":
                raise ValueError(f"mask: bool expected, got {mask.dtype}")
            try:
                keep = np.broadcast_to(mask, scores.shape)
            except ValueError:
                raise ValueError(f"mask: {mask.shape} does not broadcast to {scores.shape}")
        top = np.max(scores, axis=-1, keepdims=True, where=keep, initial=np.finfo(scores.dtype).min)
        e = np.exp(np.minimum(scores - top, 0)) * keep
        total = e.sum(-1, keepdims=True)
        self.p = np.divide(e, total, out=np.zeros_like(e), where=total > 0)
        return np.einsum("...qk,...kv->...qv", self.p, v)

    def backward(self, d_out):
        d_p = np.einsum("...qv,...kv->...qk", d_out, self.v)
        d_s = self.p * d_p
        d_s -= self.p * d_s.sum(-1, keepdims=True)
        d_q = np.einsum("...qk,...kd->...qd", d_s, self.k) * self.q.shape[-1] ** -0.5
        d_k = np.einsum("...qk,...qd->...kd", d_s, self.q)
        d_v = np.einsum("...qk,...qv->...kv", self.p, d_out)
        return [d_q, d_k, d_v]
