"""Every operation returns its output and a function that takes the gradient back; heads in a loop."""

from math import erf, pi, sqrt

import numpy as np

phi = np.vectorize(lambda v: 0.5 * (1 + erf(v / sqrt(2))), otypes=[float])


def softmax(s):
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def norm(x, gamma, beta):
    mean = x.mean(-1, keepdims=True)
    scale = 1 / np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-5)
    z = (x - mean) * scale

    def back(d):
        g = d * gamma
        dx = scale * (g - g.mean(-1, keepdims=True) - z * (g * z).mean(-1, keepdims=True))
        return dx, np.einsum("nte,nte->e", d, z), np.einsum("nte->e", d)

    return z * gamma + beta, back


def attention(x, wq, wk, wv, wo, heads):
    t, e = x.shape[1:]
    size = e // heads
    q, k, v = x @ wq, x @ wk, x @ wv
    later = np.triu(np.ones((t, t), bool), 1)
    kept, parts = [], []
    for h in range(heads):
        at = slice(h * size, (h + 1) * size)
        scores = np.einsum("nqd,nkd->nqk", q[..., at], k[..., at]) / sqrt(size)
        p = softmax(np.where(later, -np.inf, scores))
        kept.append(p)
        parts.append(p @ v[..., at])
    joined = np.concatenate(parts, -1)

    def back(d):
        dj = d @ wo.T
        dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
        for h, p in enumerate(kept):
            at = slice(h * size, (h + 1) * size)
            dp = np.einsum("nqd,nkd->nqk", dj[..., at], v[..., at])
            ds = p * (dp - (dp * p).sum(-1, keepdims=True)) / sqrt(size)
            dq[..., at] = ds @ k[..., at]
            dk[..., at] = np.einsum("nqk,nqd->nkd", ds, q[..., at])
            dv[..., at] = np.einsum("nqk,nqd->nkd", p, dj[..., at])
        outer = lambda a, b: np.einsum("nti,ntj->ij", a, b)
        dx = dq @ wq.T + dk @ wk.T + dv @ wv.T
        return dx, outer(x, dq), outer(x, dk), outer(x, dv), outer(joined, d)

    return joined @ wo, back


def mlp(x, w1, b1, w2, b2):
    a = x @ w1 + b1
    cdf = phi(a)
    hidden = a * cdf

    def back(d):
        dh = d @ w2.T
        da = dh * (cdf + a * np.exp(-(a**2) / 2) / sqrt(2 * pi))
        outer = lambda u, w: np.einsum("nti,ntj->ij", u, w)
        return da @ w1.T, outer(x, da), da.sum((0, 1)), outer(hidden, d), d.sum((0, 1))

    return hidden @ w2 + b2, back


class GPT:
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        e, hidden = embed_dim, 4 * embed_dim
        self.heads, self.layers = num_heads, num_layers
        draw = lambda *shape: rng.normal(0.0, 0.02, shape)
        p = {"tokens": draw(vocab_size, e), "positions": draw(context, e)}
        for i in range(num_layers):
            block = {"gamma1": np.ones(e), "beta1": np.zeros(e)}
            block |= {name: draw(e, e) for name in ("w_q", "w_k", "w_v", "w_o")}
            block |= {"gamma2": np.ones(e), "beta2": np.zeros(e), "w1": draw(e, hidden), "b1": np.zeros(hidden)}
            block |= {"w2": draw(hidden, e), "b2": np.zeros(e)}
            p |= {f"blocks.{i}.{name}": value for name, value in block.items()}
        p |= {"gamma": np.ones(e), "beta": np.zeros(e)}
        self.params = p

    def _ids(self, name, ids):
        v = len(self.params["tokens"])
        outside = ids[(ids < 0) | (ids >= v)]
        if outside.size:
            raise ValueError(f"{name} must lie in 0..{v - 1}, got {outside.flat[0]}")

    def _run(self, ids):
        p, ids = self.params, np.asarray(ids)
        t, context = ids.shape[1], len(p["positions"])
        if not 1 <= t <= context:
            raise ValueError(f"ids must have 1..{context} tokens (context), got T = {t}")
        self._ids("ids", ids)
        x = p["tokens"][ids] + p["positions"][:t]
        steps = []
        for i in range(self.layers):
            get = lambda *names: [p[f"blocks.{i}.{name}"] for name in names]
            for prefix, body in (
                (("gamma1", "beta1"), ("w_q", "w_k", "w_v", "w_o")),
                (("gamma2", "beta2"), ("w1", "b1", "w2", "b2")),
            ):
                y, back_norm = norm(x, *get(*prefix))
                extra = [self.heads] if body[0] == "w_q" else []
                y, back_body = (attention if extra else mlp)(y, *get(*body), *extra)
                x = x + y
                steps.append((i, prefix, body, back_norm, back_body))
        y, back_last = norm(x, p["gamma"], p["beta"])
        return y @ p["tokens"].T, (ids, y, steps, back_last)

    def logits(self, ids):
        return self._run(ids)[0]

    def loss(self, ids, targets):
        logits, (ids, last, steps, back_last) = self._run(ids)
        targets = np.asarray(targets)
        self._ids("targets", targets)
        n, t = ids.shape
        top = logits.max(-1, keepdims=True)
        log_p = logits - top - np.log(np.exp(logits - top).sum(-1, keepdims=True))
        places = np.arange(n)[:, None], np.arange(t), targets
        d = np.exp(log_p)
        d[places] -= 1
        d /= n * t
        p = self.params
        grads = {name: np.zeros_like(value) for name, value in p.items()}
        grads["tokens"] += np.einsum("ntv,nte->ve", d, last)
        dx, grads["gamma"], grads["beta"] = back_last(d @ p["tokens"])
        for i, prefix, body, back_norm, back_body in reversed(steps):
            dy, *of_body = back_body(dx)
            dy, *of_norm = back_norm(dy)
            dx = dx + dy
            for name, grad in zip((*body, *prefix), (*of_body, *of_norm)):
                grads[f"blocks.{i}.{name}"] = grad
        np.add.at(grads["tokens"], ids, dx)
        grads["positions"][:t] = dx.sum(0)
        return -log_p[places].mean(), grads

    def generate(self, ids, length, temperature=0.0, rng=None):
        if length < 0:
            raise ValueError(f"length must not be negative, got {length}")
        if temperature < 0:
            raise ValueError(f"temperature must not be negative, got {temperature}")
        rng = np.random.default_rng() if rng is None else rng
        ids = np.array(ids)
        for _ in range(length):
            last = self.logits(ids[:, -len(self.params["positions"]) :])[:, -1]
            if temperature == 0:
                new = last.argmax(-1)
            else:
                new = np.array([rng.choice(len(row), p=row) for row in softmax(last / temperature)])
            ids = np.concatenate([ids, new[:, None]], 1)
        return ids
