"""Sample by sample and head by head, two-dimensional arrays only; keeps x and mask, and computes the rest again."""

import math

import numpy as np

SQRT2 = math.sqrt(2.0)


def normalise(x):
    mu = x.mean(axis=1)[:, None]
    sigma = np.sqrt(x.var(axis=1)[:, None] + 1e-5)
    return (x - mu) / sigma, sigma


def normalise_back(d, z, sigma):
    e = z.shape[1]
    return (e * d - d.sum(axis=1)[:, None] - z * (d * z).sum(axis=1)[:, None]) / (e * sigma)


class TransformerBlock:
    def __init__(self, embed_dim, num_heads, hidden_dim=None, rng=None):
        if embed_dim % num_heads > 0:
            raise ValueError("embed_dim = %d, num_heads = %d" % (embed_dim, num_heads))
        generator = rng or np.random.default_rng()
        E, H = embed_dim, hidden_dim or 4 * embed_dim
        self.heads = np.split(np.arange(E), num_heads)
        normal = lambda *shape: generator.normal(loc=0.0, scale=0.02, size=shape)  # noqa
        self.params = {
            "gamma1": np.ones(E),
            "beta1": np.zeros(E),
            "w_q": normal(E, E),
            "w_k": normal(E, E),
            "w_v": normal(E, E),
            "w_o": normal(E, E),
            "gamma2": np.ones(E),
            "beta2": np.zeros(E),
            "w1": normal(E, H),
            "b1": np.zeros(H),
            "w2": normal(H, E),
            "b2": np.zeros(E),
        }

    def _sample(self, x, mask):
        p = self.params
        z1, s1 = normalise(x)
        a = z1 * p["gamma1"] + p["beta1"]
        q, k, v = a @ p["w_q"], a @ p["w_k"], a @ p["w_v"]
        joined, weights = np.zeros_like(q), []
        for cols in self.heads:
            s = q[:, cols] @ k[:, cols].T / math.sqrt(len(cols))
            w = np.zeros_like(s)
            for t, row in enumerate(s):
                if mask[t].any():
                    e = np.exp(row[mask[t]] - row[mask[t]].max())
                    w[t, mask[t]] = e / e.sum()
            weights.append(w)
            joined[:, cols] = w @ v[:, cols]
        y = x + joined @ p["w_o"]
        z2, s2 = normalise(y)
        b = z2 * p["gamma2"] + p["beta2"]
        u = b @ p["w1"] + p["b1"]
        phi = np.array([[0.5 * (1.0 + math.erf(value / SQRT2)) for value in row] for row in u])
        out = y + (u * phi) @ p["w2"] + p["b2"]
        return out, (z1, s1, a, q, k, v, joined, weights, z2, s2, b, u, phi)

    def forward(self, x, mask=None):
        n, t, _ = x.shape
        if mask is None:
            mask = np.ones((n, t, t), dtype=bool)
        if mask.dtype != bool:
            raise ValueError(f"mask should be of dtype bool, not {mask.dtype}")
        self.inputs = x, np.broadcast_to(mask, (n, t, t))
        return np.stack([self._sample(a, m)[0] for a, m in zip(*self.inputs)])

    def backward(self, d_out):
        p = self.params
        grads = {name: np.zeros_like(value) for name, value in p.items()}
        d_x = np.empty(d_out.shape)
        for n, (x, mask) in enumerate(zip(*self.inputs)):
            z1, s1, a, q, k, v, joined, weights, z2, s2, b, u, phi = self._sample(x, mask)[1]
            d = d_out[n]
            grads["b2"] += d.sum(axis=0)
            grads["w2"] += (u * phi).T @ d
            d_u = d @ p["w2"].T * (phi + u * np.exp(-(u**2) / 2) / (SQRT2 * math.sqrt(math.pi)))
            grads["b1"] += d_u.sum(axis=0)
            grads["w1"] += b.T @ d_u
            d_b = d_u @ p["w1"].T
            grads["gamma2"] += (d_b * z2).sum(axis=0)
            grads["beta2"] += d_b.sum(axis=0)
            d_y = d + normalise_back(d_b * p["gamma2"], z2, s2)
            grads["w_o"] += joined.T @ d_y
            d_joined = d_y @ p["w_o"].T
            d_q, d_k, d_v = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
            for cols, w in zip(self.heads, weights):
                d_v[:, cols] = w.T @ d_joined[:, cols]
                d_w = d_joined[:, cols] @ v[:, cols].T
                d_s = w * (d_w - (w * d_w).sum(axis=1)[:, None]) / math.sqrt(len(cols))
                d_q[:, cols] = d_s @ k[:, cols]
                d_k[:, cols] = d_s.T @ q[:, cols]
            d_a = np.zeros_like(a)
            for name, d_part in (("w_q", d_q), ("w_k", d_k), ("w_v", d_v)):
                grads[name] += a.T @ d_part
                d_a += d_part @ p[name].T
            grads["gamma1"] += (d_a * z1).sum(axis=0)
            grads["beta1"] += d_a.sum(axis=0)
            d_x[n] = d_y + normalise_back(d_a * p["gamma1"], z1, s1)
        return d_x, grads
