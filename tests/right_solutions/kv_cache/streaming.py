"""Old keys and new ones are attended to apart, and the two softmaxes are merged by their log-sums, as fused kernels do."""

import numpy as np


def partial_attention(q, k, v, bias):
    """Unnormalised: the largest score, the sum of exponentials, the weighted sum of values."""
    s = np.einsum("nhtd,nhsd->nhts", q, k) + bias
    m = s.max(axis=-1, keepdims=True)
    e = np.exp(s - m)
    return m, e.sum(axis=-1, keepdims=True), e @ v


class CachedAttention:
    def __init__(self, embed_dim, num_heads, rng=None):
        if embed_dim % num_heads != 0 or (embed_dim // num_heads) % 2 != 0:
            raise ValueError(f"embed_dim must be an even multiple of num_heads, got {embed_dim}, {num_heads}")
        rng = np.random.default_rng() if rng is None else rng
        std = (1.0 / embed_dim) ** 0.5
        self.w_q, self.w_k, self.w_v, self.w_o = [rng.normal(size=(embed_dim, embed_dim)) * std for _ in range(4)]
        self.num_heads = num_heads
        half = embed_dim // num_heads // 2
        self.rates = np.exp(-np.log(10000.0) * np.arange(half) / half)

    def _heads(self, x):
        return np.moveaxis(x.reshape(*x.shape[:2], self.num_heads, 2 * len(self.rates)), 2, 1)

    def _turn(self, x, first):
        angle = (first + np.arange(x.shape[2]))[:, None] * self.rates
        a, b = np.split(x, 2, axis=-1)
        return np.concatenate((np.cos(angle) * a - np.sin(angle) * b, np.sin(angle) * a + np.cos(angle) * b), axis=-1)

    def forward(self, x):
        return self.step(x)[0] if x.shape[1] else np.zeros_like(x)

    def step(self, x, cache=None):
        n, t, e = x.shape
        if t == 0:
            raise ValueError(f"x: t = {t}")
        past = 0 if cache is None else np.shape(cache["k"])[2]
        q = self._turn(self._heads(x @ self.w_q), past) / np.sqrt(e / self.num_heads)
        k = self._turn(self._heads(x @ self.w_k), past)
        v = self._heads(x @ self.w_v)
        future = np.triu(np.full((t, t), -np.inf), 1)
        m, z, o = partial_attention(q, k, v, future)
        if past:
            old_m, old_z, old_o = partial_attention(q, cache["k"], cache["v"], 0.0)
            top = np.maximum(m, old_m)
            a, b = np.exp(m - top), np.exp(old_m - top)
            z, o = a * z + b * old_z, a * o + b * old_o
            k, v = np.append(cache["k"], k, axis=2), np.append(cache["v"], v, axis=2)
        out = np.moveaxis(o / z, 1, 2).reshape(n, t, e) @ self.w_o
        return out, {"k": k, "v": v}
