"""Small layer classes that look their parameters up by name and leave gradients in a common dict."""

import math

import numpy as np

ERF = np.vectorize(math.erf, otypes=[float])


class Layer:
    """Parameters `prefix + name` of the model; gradients are added, so a parameter may be used twice."""

    def __init__(self, model, prefix=""):
        self.model, self.prefix = model, prefix

    def get(self, name):
        return self.model.params[self.prefix + name]

    def give(self, name, grad):
        self.model.grads[self.prefix + name] += grad


class Norm(Layer):
    def __init__(self, model, prefix, suffix):
        super().__init__(model, prefix)
        self.gamma, self.beta = "gamma" + suffix, "beta" + suffix

    def forward(self, x):
        self.std = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        self.z = (x - x.mean(axis=-1, keepdims=True)) / self.std
        return self.z * self.get(self.gamma) + self.get(self.beta)

    def backward(self, d):
        self.give(self.gamma, (d * self.z).sum((0, 1)))
        self.give(self.beta, d.sum((0, 1)))
        d = d * self.get(self.gamma)
        return (d - d.mean(-1, keepdims=True) - self.z * (d * self.z).mean(-1, keepdims=True)) / self.std


class Matmul(Layer):
    def __init__(self, model, prefix, weight, bias=None):
        super().__init__(model, prefix)
        self.weight, self.bias = weight, bias

    def forward(self, x):
        self.x = x
        out = x @ self.get(self.weight)
        return out if self.bias is None else out + self.get(self.bias)

    def backward(self, d):
        rows = d.reshape(-1, d.shape[-1])
        self.give(self.weight, self.x.reshape(len(rows), -1).T @ rows)
        if self.bias is not None:
            self.give(self.bias, rows.sum(0))
        return d @ self.get(self.weight).T


class Gelu:
    def forward(self, x):
        self.x, self.cdf = x, 0.5 * (1 + ERF(x * math.sqrt(0.5)))
        return x * self.cdf

    def backward(self, d):
        return d * (self.cdf + self.x * np.exp(-0.5 * self.x**2) / math.sqrt(2 * math.pi))


class CausalAttention:
    def __init__(self, model, prefix, num_heads):
        self.h = num_heads
        self.q, self.k, self.v, self.o = (Matmul(model, prefix, "w_" + c) for c in "qkvo")

    def split(self, x):
        return np.moveaxis(x.reshape(*x.shape[:2], self.h, -1), 2, 1)

    def join(self, x):
        x = np.moveaxis(x, 1, 2)
        return x.reshape(*x.shape[:2], -1)

    def forward(self, x):
        self.heads = q, k, v = [self.split(part.forward(x)) for part in (self.q, self.k, self.v)]
        scores = q @ k.swapaxes(2, 3) / math.sqrt(q.shape[-1])
        scores[..., np.triu(np.ones(scores.shape[-2:], dtype=bool), 1)] = -np.inf
        e = np.exp(scores - scores.max(-1, keepdims=True))
        self.w = e / e.sum(-1, keepdims=True)
        return self.o.forward(self.join(self.w @ v))

    def backward(self, d):
        q, k, v = self.heads
        d = self.split(self.o.backward(d))
        d_w = d @ v.swapaxes(2, 3)
        d_s = self.w * (d_w - (d_w * self.w).sum(-1, keepdims=True)) / math.sqrt(q.shape[-1])
        parts = d_s @ k, d_s.swapaxes(2, 3) @ q, self.w.swapaxes(2, 3) @ d
        return sum(m.backward(self.join(part)) for m, part in zip((self.q, self.k, self.v), parts))


class Residual:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        y = x
        for layer in self.layers:
            y = layer.forward(y)
        return x + y

    def backward(self, d):
        g = d
        for layer in reversed(self.layers):
            g = layer.backward(g)
        return d + g


class GPT:
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        e, h = embed_dim, 4 * embed_dim
        normal = lambda *shape: rng.normal(0, 0.02, shape)  # noqa
        self.params = {"tokens": normal(vocab_size, e), "positions": normal(context, e)}
        self.layers = []
        for b in range(num_layers):
            at = f"blocks.{b}."
            self.params |= {at + "gamma1": np.ones(e), at + "beta1": np.zeros(e)}
            self.params |= {at + "w_" + c: normal(e, e) for c in "qkvo"}
            self.params |= {at + "gamma2": np.ones(e), at + "beta2": np.zeros(e)}
            self.params |= {at + "w1": normal(e, h), at + "b1": np.zeros(h), at + "w2": normal(h, e), at + "b2": np.zeros(e)}
            self.layers.append(Residual(Norm(self, at, "1"), CausalAttention(self, at, num_heads)))
            mlp = Matmul(self, at, "w1", "b1"), Gelu(), Matmul(self, at, "w2", "b2")
            self.layers.append(Residual(Norm(self, at, "2"), *mlp))
        self.params |= {"gamma": np.ones(e), "beta": np.zeros(e)}
        self.layers.append(Norm(self, "", ""))
        self.context = context

    def logits(self, ids):
        ids = np.asarray(ids)
        vocab = len(self.params["tokens"])
        t = ids.shape[1]
        if t < 1 or t > self.context:
            raise ValueError(f"ids: T = {t} is not in 1..{self.context}")
        if ids.min(initial=0) < 0 or ids.max(initial=0) >= vocab:
            raise ValueError(f"ids: outside 0..{vocab - 1}: {ids.min()}..{ids.max()}")
        x = self.params["tokens"][ids] + self.params["positions"][:t]
        for layer in self.layers:
            x = layer.forward(x)
        self.last = x
        return x @ self.params["tokens"].T

    def loss(self, ids, targets):
        vocab = len(self.params["tokens"])
        if targets.min(initial=0) < 0 or targets.max(initial=0) >= vocab:
            raise ValueError(f"targets: outside 0..{vocab - 1}: {targets.min()}..{targets.max()}")
        z = self.logits(ids)
        z = z - z.max(-1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(-1, keepdims=True))
        onehot = np.eye(vocab)[targets]
        self.grads = {name: np.zeros_like(value) for name, value in self.params.items()}
        d = (np.exp(log_p) - onehot) / targets.size
        self.grads["tokens"] += np.einsum("ntv,nte->ve", d, self.last)
        d = d @ self.params["tokens"]
        for layer in reversed(self.layers):
            d = layer.backward(d)
        np.add.at(self.grads["tokens"], ids, d)
        self.grads["positions"][: ids.shape[1]] += d.sum(0)
        return -float((onehot * log_p).sum()) / targets.size, self.grads

    def generate(self, ids, length, temperature=0.0, rng=None):
        if length < 0:
            raise ValueError(f"length: {length}")
        if temperature < 0:
            raise ValueError(f"temperature: {temperature}")
        rng = np.random.default_rng() if rng is None else rng
        ids = np.array(ids)
        for _ in range(length):
            z = self.logits(ids[:, -self.context :])[:, -1]
            if temperature > 0:
                z = z / temperature + rng.gumbel(size=z.shape)
            ids = np.append(ids, z.argmax(1)[:, None], axis=1)
        return ids
