"""
defect: W1 is copied at the first forward, so in-place changes after it are ignored
"""

import math

import numpy as np


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01, rng=None):
        if min(input_size, hidden_size, output_size) < 1:
            raise ValueError(f"input_size={input_size}, hidden_size={hidden_size}, output_size={output_size}")
        if rng is None:
            rng = np.random.default_rng()
        self.params = dict(b1=np.zeros(hidden_size), b2=np.zeros(output_size))
        self.params["W1"] = weight_init_std * rng.standard_normal((input_size, hidden_size))
        self.params["W2"] = weight_init_std * rng.standard_normal((hidden_size, output_size))

    def _check(self, x, t=None):
        d, c = self.params["W1"].shape[0], self.params["W2"].shape[1]
        if np.ndim(x) != 2 or np.shape(x)[1] != d:
            raise ValueError(f"x has shape {np.shape(x)}, wanted (N, {d})")
        if t is None:
            return None
        if np.ndim(t) == 2 and t.shape == (len(x), c):
            return [int(np.argmax(row)) for row in t]
        if np.ndim(t) == 1 and len(t) == len(x) and t.dtype.kind in "iu":
            labels = [int(k) for k in t]
            if all(0 <= k < c for k in labels):
                return labels
        raise ValueError(f"t has shape {np.shape(t)}: {t}")

    def _one(self, row):
        if not hasattr(self, "w1"):
            self.w1 = self.params["W1"].copy()
        a = np.dot(row, self.w1) + self.params["b1"]
        h = np.array([1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v)) for v in a])
        s = np.dot(h, self.params["W2"]) + self.params["b2"]
        e = np.exp(s - s.max())
        return h, s, e / e.sum()

    def predict(self, x):
        self._check(x)
        return np.array([self._one(row)[2] for row in x]).reshape(len(x), -1)

    def loss(self, x, t):
        labels = self._check(x, t)
        total = 0.0
        for row, k in zip(x, labels):
            s = self._one(row)[1]
            total += s.max() + math.log(np.exp(s - s.max()).sum()) - s[k]
        return total / len(x)

    def accuracy(self, x, t):
        labels = self._check(x, t)
        hits = sum(int(np.argmax(self._one(row)[1])) == k for row, k in zip(x, labels))
        return hits / len(x)

    def gradient(self, x, t):
        labels = self._check(x, t)
        grads = {name: np.zeros_like(p) for name, p in self.params.items()}
        for row, k in zip(x, labels):
            h, _, p = self._one(row)
            p[k] -= 1
            p /= len(x)
            inner = np.dot(self.params["W2"], p) * (h - h * h)
            grads["W2"] += np.outer(h, p)
            grads["b2"] += p
            grads["W1"] += np.outer(row, inner)
            grads["b1"] += inner
        return grads
