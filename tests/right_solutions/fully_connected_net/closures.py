"""The backward pass as a stack of closures that the forward pass pushes."""

import numpy as np


class FullyConnectedNet:
    def __init__(self, input_size, hidden_sizes, output_size, dropout=0.0, batchnorm=False,
                 reg=0.0, weight_scale=1e-2, rng=None):  # fmt: skip
        if dropout >= 1 or dropout < 0:
            raise ValueError(f"dropout={dropout}")
        if reg < 0 or weight_scale < 0:
            raise ValueError(f"reg={reg}, weight_scale={weight_scale}")
        self.dropout, self.batchnorm, self.reg = dropout, batchnorm, reg
        self.rng = np.random.default_rng() if rng is None else rng
        self.sizes = (input_size, *hidden_sizes, output_size)
        if any(s < 1 for s in self.sizes):
            raise ValueError(f"sizes={self.sizes}")
        self.running = {}
        self.params = {}
        hidden = len(hidden_sizes)
        for i in range(hidden + 1):
            self.params[f"W{i + 1}"] = self.rng.normal(size=self.sizes[i : i + 2]) * weight_scale
            self.params[f"b{i + 1}"] = np.zeros(self.sizes[i + 1])
            if batchnorm and i < hidden:
                self.params[f"gamma{i + 1}"] = np.ones(self.sizes[i + 1])
                self.params[f"beta{i + 1}"] = np.zeros(self.sizes[i + 1])

    def affine(self, x, i, tape):
        w, b = self.params[f"W{i}"], self.params[f"b{i}"]

        def back(d, grads):
            grads[f"W{i}"] = np.einsum("ni,no->io", x, d)
            grads[f"b{i}"] = np.einsum("no->o", d)
            return np.einsum("no,io->ni", d, w)

        tape.append(back)
        return np.einsum("ni,io->no", x, w) + b

    def norm(self, x, i, tape, training):
        gamma, beta = self.params[f"gamma{i}"], self.params[f"beta{i}"]
        old = self.running.get(i, (0.0, 1.0))
        if not training:
            return gamma * (x - old[0]) / np.sqrt(old[1] + 1e-5) + beta
        m, v = x.mean(0), x.var(0)
        n = len(x)
        self.running[i] = (
            old[0] * 0.9 + m * 0.1,
            old[1] * 0.9 + ((x - m) ** 2).sum(0) / max(n - 1, 1) * 0.1,
        )
        s = np.sqrt(v + 1e-5)
        h = (x - m) / s

        def back(d, grads):
            grads[f"gamma{i}"] = (d * h).sum(0)
            grads[f"beta{i}"] = d.sum(0)
            return gamma / s * (d - d.mean(0) - h * (d * h).mean(0))

        tape.append(back)
        return gamma * h + beta

    def times(self, x, factor, tape):
        tape.append(lambda d, grads: d * factor)
        return x * factor

    def forward(self, x, training):
        if x.ndim != 2 or x.shape[1] != self.sizes[0]:
            raise ValueError(f"x.shape={x.shape}")
        tape = []
        last = len(self.sizes) - 1
        for i in range(1, last):
            x = self.affine(x, i, tape)
            if self.batchnorm:
                x = self.norm(x, i, tape, training)
            x = self.times(x, (x > 0).astype(float), tape)
            if training and self.dropout:
                keep = self.rng.uniform(size=x.shape) < 1 - self.dropout
                x = self.times(x, keep / (1 - self.dropout), tape)
        return self.affine(x, last, tape), tape

    def predict(self, x):
        return self.forward(x, training=False)[0]

    def loss(self, x, t):
        z, tape = self.forward(x, training=True)
        z = z - z.max(1, keepdims=True)
        p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
        hot = np.equal.outer(t, np.arange(z.shape[1]))
        if hot.shape != z.shape or not hot.any(1).all():
            raise ValueError(f"t of shape {t.shape} for scores of shape {z.shape}: {t}")
        value = float(np.mean(np.log(np.exp(z).sum(1)) - (z * hot).sum(1)))
        d, grads = (p - hot) / len(z), {}
        while tape:
            d = tape.pop()(d, grads)
        for i in range(1, len(self.sizes)):
            w = self.params[f"W{i}"]
            value += self.reg / 2 * float(np.vdot(w, w))
            grads[f"W{i}"] += self.reg * w
        return value, grads
