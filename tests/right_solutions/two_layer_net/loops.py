"""The two-layer network sample by sample and unit by unit."""

import math

import numpy as np


def sigmoid(a):
    if a >= 0:
        return 1 / (1 + math.exp(-a))
    e = math.exp(a)
    return e / (1 + e)


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01, rng=None):
        for name, value in (
            ("input_size", input_size),
            ("hidden_size", hidden_size),
            ("output_size", output_size),
        ):
            if value < 1:
                raise ValueError(f"{name} must be positive, got {value}")
        if rng is None:
            rng = np.random.default_rng()
        self.params = {}
        self.params["W2"] = rng.normal(0, weight_init_std, (hidden_size, output_size))
        self.params["W1"] = rng.normal(0, weight_init_std, (input_size, hidden_size))
        self.params["b1"] = np.zeros(hidden_size)
        self.params["b2"] = np.zeros(output_size)

    def one(self, row):
        w1, b1, w2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        hidden = []
        for j in range(w1.shape[1]):
            a = float(b1[j])
            for i in range(w1.shape[0]):
                a += float(row[i]) * float(w1[i, j])
            hidden.append(sigmoid(a))
        scores = [0.0] * w2.shape[1]
        for k in range(w2.shape[1]):
            scores[k] = float(b2[k]) + sum(hidden[j] * float(w2[j, k]) for j in range(len(hidden)))
        top = max(scores)
        log_sum = top + math.log(sum(math.exp(s - top) for s in scores))
        return hidden, [s - log_sum for s in scores]

    def check(self, x):
        if x.ndim != 2 or x.shape[1] != self.params["W1"].shape[0]:
            raise ValueError(f"x has the wrong shape {x.shape}")

    def check_targets(self, x, t):
        classes = len(self.params["b2"])
        if t.shape != (len(x),) and t.shape != (len(x), classes):
            raise ValueError(f"t has the wrong shape {t.shape}")

    def label(self, t, n):
        return int(t[n]) if t.ndim == 1 else int(np.argmax(t[n]))

    def predict(self, x):
        self.check(x)
        return np.array([[math.exp(v) for v in self.one(row)[1]] for row in x])

    def loss(self, x, t):
        self.check(x)
        self.check_targets(x, t)
        total = 0.0
        for n in range(len(x)):
            total -= self.one(x[n])[1][self.label(t, n)]
        return total / len(x)

    def accuracy(self, x, t):
        hits = 0
        for n, row in enumerate(self.predict(x)):
            hits += int(np.argmax(row)) == self.label(t, n)
        return hits / len(x)

    def gradient(self, x, t):
        self.check(x)
        grads = {k: np.zeros(v.shape) for k, v in self.params.items()}
        w2 = self.params["W2"]
        for n in range(len(x)):
            hidden, log_p = self.one(x[n])
            delta = [math.exp(v) for v in log_p]
            delta[self.label(t, n)] -= 1
            for k in range(len(delta)):
                delta[k] /= len(x)
                grads["b2"][k] += delta[k]
            for j, h in enumerate(hidden):
                back = 0.0
                for k in range(len(delta)):
                    grads["W2"][j, k] += h * delta[k]
                    back += delta[k] * float(w2[j, k])
                back *= h * (1 - h)
                grads["b1"][j] += back
                for i in range(x.shape[1]):
                    grads["W1"][i, j] += float(x[n, i]) * back
        return grads
