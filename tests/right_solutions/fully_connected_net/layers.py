"""A list of layer objects, each with forward and backward; the parameters stay in the dict."""

import numpy as np


class Affine:
    def __init__(self, params, i):
        self.params, self.w, self.b = params, f"W{i}", f"b{i}"

    def forward(self, x, training):
        self.x = x
        return x @ self.params[self.w] + self.params[self.b]

    def backward(self, d, grads):
        grads[self.w], grads[self.b] = self.x.T @ d, d.sum(axis=0)
        return d @ self.params[self.w].T


class BatchNorm:
    def __init__(self, params, i, size):
        self.params, self.g, self.b = params, f"gamma{i}", f"beta{i}"
        self.mean, self.var = np.zeros(size), np.ones(size)

    def forward(self, x, training):
        if training:
            mean, var = x.mean(0), x.var(0)
            self.mean += 0.1 * (mean - self.mean)
            unbiased = x.var(0, ddof=1) if len(x) > 1 else var
            self.var += 0.1 * (unbiased - self.var)
        else:
            mean, var = self.mean, self.var
        self.inv = 1 / np.sqrt(var + 1e-5)
        self.hat = (x - mean) * self.inv
        return self.hat * self.params[self.g] + self.params[self.b]

    def backward(self, d, grads):
        grads[self.g], grads[self.b] = (d * self.hat).sum(0), d.sum(0)
        d = d * self.params[self.g]
        n = len(d)
        return self.inv / n * (n * d - d.sum(0) - self.hat * (d * self.hat).sum(0))


class Relu:
    def forward(self, x, training):
        self.on = x > 0
        return np.where(self.on, x, 0)

    def backward(self, d, grads):
        return np.where(self.on, d, 0)


class Dropout:
    def __init__(self, p, rng):
        self.p, self.rng = p, rng

    def forward(self, x, training):
        if not training:
            return x
        self.mask = self.rng.binomial(1, 1 - self.p, size=x.shape) / (1 - self.p)
        return x * self.mask

    def backward(self, d, grads):
        return d * self.mask


class FullyConnectedNet:
    def __init__(
        self,
        input_size,
        hidden_sizes,
        output_size,
        dropout=0.0,
        batchnorm=False,
        reg=0.0,
        weight_scale=1e-2,
        rng=None,
    ):
        if dropout < 0 or dropout >= 1:
            raise ValueError(f"dropout {dropout} is not in [0, 1)")
        if reg < 0:
            raise ValueError(f"reg is negative: {reg}")
        if weight_scale < 0:
            raise ValueError(f"weight_scale is negative: {weight_scale}")
        rng = np.random.default_rng() if rng is None else rng
        self.reg = reg
        self.params = {}
        self.norms = {}
        widths = [input_size, *list(hidden_sizes), output_size]
        self.count = len(widths) - 1
        self.dropout, self.rng = dropout, rng
        for i in range(1, self.count + 1):
            if widths[i] < 1 or widths[i - 1] < 1:
                raise ValueError(f"sizes must be positive: {widths}")
            self.params[f"W{i}"] = rng.normal(0, weight_scale, (widths[i - 1], widths[i]))
            self.params[f"b{i}"] = np.zeros(widths[i])
            if batchnorm and i < self.count:
                self.params[f"gamma{i}"] = np.ones(widths[i])
                self.params[f"beta{i}"] = np.zeros(widths[i])
                self.norms[i] = BatchNorm(None, i, widths[i])

    def build(self):
        layers = []
        for i in range(1, self.count):
            layers.append(Affine(self.params, i))
            if i in self.norms:
                self.norms[i].params = self.params
                layers.append(self.norms[i])
            layers.append(Relu())
            if self.dropout > 0:
                layers.append(Dropout(self.dropout, self.rng))
        layers.append(Affine(self.params, self.count))
        return layers

    def predict(self, x):
        if x.ndim != 2:
            raise ValueError(f"x is not a matrix, but of shape {x.shape}")
        for layer in self.build():
            x = layer.forward(x, False)
        return x

    def loss(self, x, t):
        layers = self.build()
        for layer in layers:
            x = layer.forward(x, True)
        n = x.shape[0]
        if t.shape != (n,):
            raise ValueError(f"t is not a vector of {n} labels, but of shape {t.shape}")
        for label in t:
            if not 0 <= label < x.shape[1]:
                raise ValueError(f"label {label} in t")
        e = np.exp(x - x.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        top = x.max(axis=1)
        loss = np.mean(top + np.log(e.sum(axis=1)) - x[np.arange(n), t])
        d = p.copy()
        d[np.arange(n), t] -= 1
        d /= n
        grads = {}
        for layer in layers[::-1]:
            d = layer.backward(d, grads)
        for name in self.params:
            if name[0] == "W":
                loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)
                grads[name] = grads[name] + self.reg * self.params[name]
        return loss, grads
