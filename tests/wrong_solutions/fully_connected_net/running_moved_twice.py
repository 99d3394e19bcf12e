"""
defect: loss runs the forward pass twice, so the running statistics move twice
"""

import numpy as np


class FullyConnectedNet:
    def __init__(self, input_size, hidden_sizes, output_size, dropout=0.0, batchnorm=False, reg=0.0, weight_scale=1e-2, rng=None):
        sizes = [input_size, *hidden_sizes, output_size]
        if min(sizes) < 1:
            raise ValueError(f"input_size, hidden_sizes, output_size must be positive, got {sizes}")
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout must be in [0, 1), got {dropout}")
        if reg < 0:
            raise ValueError(f"reg must not be negative, got {reg}")
        if weight_scale < 0:
            raise ValueError(f"weight_scale must not be negative, got {weight_scale}")
        self.rng = rng if rng is not None else np.random.default_rng()
        self.depth = len(sizes) - 1
        self.dropout, self.batchnorm, self.reg = dropout, batchnorm, reg
        self.params, self.running = {}, {}
        for i in range(1, self.depth + 1):
            a, b = sizes[i - 1], sizes[i]
            self.params[f"W{i}"] = self.rng.normal(0, weight_scale, (a, b))
            self.params[f"b{i}"] = np.zeros(b)
            if batchnorm and i < self.depth:
                self.params[f"gamma{i}"], self.params[f"beta{i}"] = np.ones(b), np.zeros(b)
                self.running[i] = [np.zeros(b), np.ones(b)]

    def _scores(self, x, training):
        P = self.params
        if x.ndim != 2 or x.shape[1] != P["W1"].shape[0]:
            raise ValueError(f"x must be (N, {P['W1'].shape[0]}), got {x.shape}")
        tape = []

        def affine(i, v):
            W = P[f"W{i}"]
            tape.append(lambda g: ({f"W{i}": v.T @ g, f"b{i}": g.sum(0)}, g @ W.T))
            return v @ W + P[f"b{i}"]

        def norm(i, v):
            gamma, n = P[f"gamma{i}"], len(v)
            mean, var = (v.mean(0), v.var(0)) if training else self.running[i]
            inv = (var + 1e-5) ** -0.5
            z = (v - mean) * inv
            if training:
                unbiased = var * n / max(n - 1, 1)
                self.running[i] = [0.9 * old + 0.1 * new for old, new in zip(self.running[i], (mean, unbiased))]

            def pull(g):
                dg, db = (g * z).sum(0), g.sum(0)
                return {f"gamma{i}": dg, f"beta{i}": db}, gamma * inv * (g - (db + z * dg) / n)

            tape.append(pull)
            return gamma * z + P[f"beta{i}"]

        def relu(v):
            on = v > 0
            tape.append(lambda g: ({}, g * on))
            return v * on

        def drop(v):
            mask = (self.rng.random(v.shape) >= self.dropout) / (1 - self.dropout)
            tape.append(lambda g: ({}, g * mask))
            return v * mask

        v = x
        for i in range(1, self.depth):
            v = affine(i, v)
            if self.batchnorm:
                v = norm(i, v)
            v = relu(v)
            if training and self.dropout > 0:
                v = drop(v)
        return affine(self.depth, v), tape

    def predict(self, x):
        return self._scores(x, False)[0]

    def loss(self, x, t):
        if x.ndim != 2 or x.shape[1] != self.params["W1"].shape[0]:
            raise ValueError(f"x must be (N, {self.params['W1'].shape[0]}), got {x.shape}")
        classes = self.params[f"b{self.depth}"].size
        if t.shape != (len(x),) or t.dtype.kind not in "iu" or (t.size and (t.min() < 0 or t.max() >= classes)):
            raise ValueError(f"t must hold {len(x)} indices below {classes}, got {t}")
        self._scores(x, True)
        scores, tape = self._scores(x, True)
        scores = scores - scores.max(1, keepdims=True)
        log_p = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        rows = np.arange(len(x))
        value = -log_p[rows, t].mean()
        g = np.exp(log_p)
        g[rows, t] -= 1
        g /= len(x)
        grads = {}
        for pull in reversed(tape):
            more, g = pull(g)
            grads.update(more)
        for i in range(1, self.depth + 1):
            W = self.params[f"W{i}"]
            value += 0.5 * self.reg * (W * W).sum()
            grads[f"W{i}"] = grads[f"W{i}"] + self.reg * W
        return float(value), grads
