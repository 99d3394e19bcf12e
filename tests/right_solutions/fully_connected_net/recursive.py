"""From the contract alone: recursion over the layers, forward on the way in, backward on the way out."""

import numpy as np


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
        if dropout < 0.0 or dropout >= 1.0:
            raise ValueError(f"dropout must be at least 0 and below 1, got {dropout}")
        if reg < 0:
            raise ValueError(f"reg must be at least 0, got {reg}")
        if weight_scale < 0:
            raise ValueError(f"weight_scale must be at least 0, got {weight_scale}")
        self.options = {"dropout": dropout, "batchnorm": batchnorm, "reg": reg}
        self.rng = rng or np.random.default_rng()
        self.params = {}
        self.mean, self.var = {}, {}
        before = input_size
        for number, size in enumerate(hidden_sizes, 1):
            self.add(number, before, size, weight_scale, batchnorm)
            before = size
        self.last = len(hidden_sizes) + 1
        self.add(self.last, before, output_size, weight_scale, False)

    def add(self, number, rows, columns, scale, norm):
        if rows < 1 or columns < 1:
            raise ValueError(f"layer {number} would have the size {(rows, columns)}")
        self.params[f"b{number}"] = np.zeros(columns)
        self.params[f"W{number}"] = self.rng.normal(loc=0.0, scale=scale, size=(rows, columns))
        if norm:
            self.params[f"beta{number}"] = np.zeros(columns)
            self.params[f"gamma{number}"] = np.ones(columns)
            self.mean[number], self.var[number] = np.zeros(columns), np.ones(columns)

    def predict(self, x):
        if x.ndim != 2:
            raise ValueError(f"x must be two-dimensional, its shape is {x.shape}")
        for k in range(1, self.last):
            x = x @ self.params[f"W{k}"] + self.params[f"b{k}"]
            if self.options["batchnorm"]:
                x = (x - self.mean[k]) / np.sqrt(self.var[k] + 1e-5)
                x = x * self.params[f"gamma{k}"] + self.params[f"beta{k}"]
            x = np.clip(x, 0, None)
        return x @ self.params[f"W{self.last}"] + self.params[f"b{self.last}"]

    def step(self, k, x, t, grads):
        w = self.params[f"W{k}"]
        z = x @ w + self.params[f"b{k}"]
        if k == self.last:
            logs = z - z.max(axis=1, keepdims=True)
            logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
            value = -sum(logs[n, c] for n, c in enumerate(t)) / len(t)
            d = np.exp(logs)
            for n, c in enumerate(t):
                d[n, c] -= 1.0
            d /= len(t)
        else:
            y = z
            if self.options["batchnorm"]:
                centre, spread = z.mean(axis=0), z.var(axis=0)
                sample = z.var(axis=0, ddof=1) if len(z) > 1 else spread
                self.mean[k] = 0.9 * self.mean[k] + 0.1 * centre
                self.var[k] = 0.9 * self.var[k] + 0.1 * sample
                hat = (z - centre) / np.sqrt(spread + 1e-5)
                y = hat * self.params[f"gamma{k}"] + self.params[f"beta{k}"]
            out = y * (y > 0)
            mask = 1.0
            if self.options["dropout"] > 0:
                mask = self.rng.choice(
                    [0.0, 1.0 / (1.0 - self.options["dropout"])],
                    size=out.shape,
                    p=[self.options["dropout"], 1.0 - self.options["dropout"]],
                )
            value, d = self.step(k + 1, out * mask, t, grads)
            d = d * mask * (y > 0)
            if self.options["batchnorm"]:
                grads[f"beta{k}"] = d.sum(axis=0)
                grads[f"gamma{k}"] = (d * hat).sum(axis=0)
                d = d * self.params[f"gamma{k}"]
                d = d - d.mean(axis=0) - hat * (d * hat).mean(axis=0)
                d = d / np.sqrt(spread + 1e-5)
        grads[f"W{k}"] = x.T @ d + self.options["reg"] * w
        grads[f"b{k}"] = d.sum(axis=0)
        return value + 0.5 * self.options["reg"] * (w**2).sum(), d @ w.T

    def loss(self, x, t):
        if t.shape != (len(x),):
            raise ValueError(f"t must have shape {(len(x),)}, got {t.shape}")
        if set(t.tolist()) - set(range(len(self.params[f"b{self.last}"]))):
            raise ValueError(f"t holds an unknown label: {t}")
        grads = {}
        value, _ = self.step(1, x, t, grads)
        return value, grads
