"""A little reverse-mode autograd: arrays that remember how they were made, and a model written in terms of them."""

import math

import numpy as np

ERF = np.vectorize(math.erf, otypes=[float])


def reduced(grad, shape):
    """Sums over the axes that broadcasting has added or stretched."""
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and grad.shape[i] != 1)
    return grad.sum(axis=stretched, keepdims=True) if stretched else grad


class Var:
    def __init__(self, value, parents=()):
        self.value, self.parents, self.grad = value, parents, None

    def __add__(self, other):
        pairs = ((v, lambda g, v=v: reduced(g, v.value.shape)) for v in (self, other))
        return Var(self.value + other.value, tuple(pairs))

    def __mul__(self, other):
        a, b = self.value, other.value
        return Var(a * b, ((self, lambda g: reduced(g * b, a.shape)), (other, lambda g: reduced(g * a, b.shape))))

    def __matmul__(self, other):
        a, b = self.value, other.value
        return Var(
            a @ b,
            (
                (self, lambda g: reduced(g @ b.swapaxes(-1, -2), a.shape)),
                (other, lambda g: reduced(a.swapaxes(-1, -2) @ g, b.shape)),
            ),
        )

    def apply(self, value, back):
        return Var(value, ((self, back),))

    def reshape(self, *shape):
        return self.apply(self.value.reshape(shape), lambda g: g.reshape(self.value.shape))

    def swap(self, i, j):
        return self.apply(self.value.swapaxes(i, j), lambda g: g.swapaxes(i, j))

    def scale(self, c):
        return self.apply(self.value * c, lambda g: g * c)

    def rows(self, index):
        def back(g):
            out = np.zeros_like(self.value)
            np.add.at(out, index, g)
            return out

        return self.apply(self.value[index], back)

    def gelu(self):
        x = self.value
        cdf = 0.5 + 0.5 * ERF(x / math.sqrt(2))
        return self.apply(x * cdf, lambda g: g * (cdf + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)))

    def normal(self):
        x = self.value
        std = np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        z = (x - x.mean(-1, keepdims=True)) / std
        return self.apply(z, lambda g: (g - g.mean(-1, keepdims=True) - z * (g * z).mean(-1, keepdims=True)) / std)

    def causal_softmax(self):
        keep = np.tri(*self.value.shape[-2:], dtype=bool)
        x = np.where(keep, self.value, -np.inf)
        e = np.exp(x - x.max(-1, keepdims=True))
        p = e / e.sum(-1, keepdims=True)
        return self.apply(p, lambda g: p * (g - (g * p).sum(-1, keepdims=True)))

    def cross_entropy(self, targets):
        z = self.value - self.value.max(-1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(-1, keepdims=True))
        picked = np.take_along_axis(log_p, targets[..., None], -1)

        def back(g):
            d = np.exp(log_p)
            np.put_along_axis(d, targets[..., None], np.exp(picked) - 1, -1)
            return g * d / targets.size

        return self.apply(-picked.mean(), back)

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for parent, _ in v.parents:
                    visit(parent)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for parent, back in v.parents:
                g = back(v.grad)
                parent.grad = g if parent.grad is None else parent.grad + g


class GPT:
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers, rng=None):
        rng = rng or np.random.default_rng()
        self.V, self.context, self.H, self.L = vocab_size, context, num_heads, num_layers
        E = embed_dim
        block = dict(gamma1=E, beta1=E, w_q=(E, E), w_k=(E, E), w_v=(E, E), w_o=(E, E), gamma2=E, beta2=E)
        block |= dict(w1=(E, 4 * E), b1=4 * E, w2=(4 * E, E), b2=E)
        shapes = {"tokens": (vocab_size, E), "positions": (context, E)}
        for b in range(num_layers):
            for name in block:
                shapes[f"blocks.{b}.{name}"] = block[name]
        shapes.update(gamma=E, beta=E)
        self.params = {}
        for name, shape in shapes.items():
            if isinstance(shape, tuple):
                self.params[name] = rng.normal(0, 0.02, shape)
            else:
                self.params[name] = np.ones(shape) if "gamma" in name else np.zeros(shape)

    def _model(self, ids):
        n, t = ids.shape
        if not 0 < t <= self.context:
            raise ValueError(f"ids has T = {t}, context is {self.context}")
        if ((ids < 0) | (ids >= self.V)).any():
            raise ValueError(f"ids has values outside 0..{self.V - 1}: {ids[(ids < 0) | (ids >= self.V)]}")
        p = {name: Var(value) for name, value in self.params.items()}
        x = p["tokens"].rows(ids) + p["positions"].rows(np.arange(t))
        e = x.value.shape[-1]
        for b in range(self.L):
            w = {name: p[f"blocks.{b}.{name}"] for name in "gamma1 beta1 w_q w_k w_v w_o gamma2 beta2 w1 b1 w2 b2".split()}
            a = x.normal() * w["gamma1"] + w["beta1"]
            q, k, v = ((a @ w[name]).reshape(n, t, self.H, e // self.H).swap(1, 2) for name in ("w_q", "w_k", "w_v"))
            s = (q @ k.swap(2, 3)).scale((e // self.H) ** -0.5).causal_softmax()
            x = x + (s @ v).swap(1, 2).reshape(n, t, e) @ w["w_o"]
            a = x.normal() * w["gamma2"] + w["beta2"]
            x = x + ((a @ w["w1"] + w["b1"]).gelu() @ w["w2"] + w["b2"])
        x = x.normal() * p["gamma"] + p["beta"]
        return x @ p["tokens"].swap(0, 1), p

    def logits(self, ids):
        return self._model(ids)[0].value

    def loss(self, ids, targets):
        if np.any(targets < 0) or np.any(targets >= self.V):
            raise ValueError(f"targets has values outside 0..{self.V - 1}: {np.unique(targets)}")
        logits, p = self._model(ids)
        loss = logits.cross_entropy(targets)
        loss.backward()
        return float(loss.value), {name: v.grad for name, v in p.items()}

    def generate(self, ids, length, temperature=0.0, rng=None):
        for name, value in (("length", length), ("temperature", temperature)):
            if value < 0:
                raise ValueError(f"{name} = {value} is negative")
        rng = rng or np.random.default_rng()
        out = [list(row) for row in ids]
        for _ in range(length):
            z = self.logits(np.array([row[-self.context :] for row in out]))[:, -1, :]
            for row, scores in zip(out, z):
                if temperature == 0:
                    row.append(int(np.argmax(scores)))
                else:
                    e = np.exp((scores - scores.max()) / temperature)
                    row.append(int(np.searchsorted(np.cumsum(e), rng.random() * e.sum(), side="right")))
        return np.array(out).reshape(len(out), ids.shape[1] + length)
