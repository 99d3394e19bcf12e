"""A list of caches, one tuple a layer; batch norm by its computational graph, step by step."""

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
        if not (0.0 <= dropout < 1.0):
            raise ValueError("dropout must lie in [0, 1), not " + str(dropout))
        for name, value in (("reg", reg), ("weight_scale", weight_scale)):
            if value < 0:
                raise ValueError(f"{name} must not be negative: {value}")
        self.p = dropout
        self.bn = batchnorm
        self.reg = reg
        self.rng = rng if rng is not None else np.random.default_rng()
        self.L = len(hidden_sizes) + 1
        self.params = {}
        self.bn_params = []
        fan_in = input_size
        for i, size in enumerate([*hidden_sizes, output_size]):
            if fan_in <= 0 or size <= 0:
                raise ValueError(f"every size must be positive, got {fan_in} and {size}")
            k = str(i + 1)
            self.params["W" + k] = self.rng.standard_normal((fan_in, size)) * weight_scale
            self.params["b" + k] = np.zeros(size)
            if batchnorm and i < self.L - 1:
                self.params["gamma" + k] = np.ones(size)
                self.params["beta" + k] = np.zeros(size)
                self.bn_params.append({"mean": np.zeros(size), "var": np.ones(size)})
            fan_in = size

    def bn_forward(self, x, k, mode):
        state = self.bn_params[k - 1]
        gamma, beta = self.params[f"gamma{k}"], self.params[f"beta{k}"]
        if mode == "test":
            return gamma * (x - state["mean"]) / np.sqrt(state["var"] + 1e-5) + beta, None
        mu = np.mean(x, axis=0)
        xmu = x - mu
        var = np.mean(xmu**2, axis=0)
        sqrtvar = np.sqrt(var + 1e-5)
        ivar = 1.0 / sqrtvar
        xhat = xmu * ivar
        n = x.shape[0]
        state["mean"] = 0.9 * state["mean"] + 0.1 * mu
        state["var"] = 0.9 * state["var"] + 0.1 * var * (n / (n - 1) if n > 1 else 1)
        return gamma * xhat + beta, (xhat, gamma, xmu, ivar, sqrtvar, var)

    def bn_backward(self, dout, cache):
        xhat, gamma, xmu, ivar, sqrtvar, var = cache
        n = dout.shape[0]
        dbeta = dout.sum(axis=0)
        dgamma = (dout * xhat).sum(axis=0)
        dxhat = dout * gamma
        divar = (dxhat * xmu).sum(axis=0)
        dxmu1 = dxhat * ivar
        dsqrtvar = -1.0 / sqrtvar**2 * divar
        dvar = 0.5 / np.sqrt(var + 1e-5) * dsqrtvar
        dsq = np.ones(dout.shape) / n * dvar
        dxmu2 = 2 * xmu * dsq
        dx1 = dxmu1 + dxmu2
        dmu = -dx1.sum(axis=0)
        dx2 = np.ones(dout.shape) / n * dmu
        return dx1 + dx2, dgamma, dbeta

    def run(self, x, mode):
        caches = []
        for k in range(1, self.L):
            a = x @ self.params[f"W{k}"] + self.params[f"b{k}"]
            bn_cache = None
            if self.bn:
                a, bn_cache = self.bn_forward(a, k, mode)
            r = np.maximum(0, a)
            mask = None
            if mode == "train" and self.p > 0:
                mask = (self.rng.random(r.shape) > self.p) / (1 - self.p)
                r = r * mask
            caches.append((x, bn_cache, a, mask))
            x = r
        caches.append((x, None, None, None))
        return x @ self.params[f"W{self.L}"] + self.params[f"b{self.L}"], caches

    def predict(self, x):
        if x.ndim != 2 or x.shape[1] != self.params["W1"].shape[0]:
            raise ValueError(f"x of shape {x.shape}")
        return self.run(x, "test")[0]

    def loss(self, x, t):
        scores, caches = self.run(x, "train")
        n = scores.shape[0]
        logp = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
        if t.shape != (n,):
            raise ValueError(f"t of shape {t.shape}, expected {(n,)}")
        if np.any((t < 0) | (t >= scores.shape[1])):
            raise ValueError(f"t has a label outside 0..{scores.shape[1] - 1}: {t}")
        onehot = np.eye(scores.shape[1])[t]
        loss = -(onehot * logp).sum() / n
        dout = (np.exp(logp) - onehot) / n
        grads = {}
        for k in range(self.L, 0, -1):
            x_in, bn_cache, a, mask = caches[k - 1]
            if k < self.L:
                if mask is not None:
                    dout = dout * mask
                dout = dout * (a > 0)
                if bn_cache is not None:
                    dout, grads[f"gamma{k}"], grads[f"beta{k}"] = self.bn_backward(dout, bn_cache)
            w = self.params[f"W{k}"]
            loss += 0.5 * self.reg * np.sum(w * w)
            grads[f"W{k}"] = x_in.T @ dout + self.reg * w
            grads[f"b{k}"] = dout.sum(axis=0)
            dout = dout @ w.T
        return float(loss), grads
