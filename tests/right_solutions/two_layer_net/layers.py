"""Built from small layer objects that look their parameters up in the shared dict."""

import numpy as np


class Affine:
    def __init__(self, params, w, b):
        self.params, self.w, self.b = params, w, b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.params[self.w]) + self.params[self.b]

    def backward(self, d, grads):
        grads[self.w] = np.dot(self.x.T, d)
        grads[self.b] = np.sum(d, axis=0)
        return np.dot(d, self.params[self.w].T)


class Sigmoid:
    def forward(self, x):
        self.out = np.exp(-np.logaddexp(0, -x))
        return self.out

    def backward(self, d, grads):
        return d * self.out * (1.0 - self.out)


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        if input_size <= 0:
            raise ValueError(f"input_size {input_size}")
        if hidden_size <= 0:
            raise ValueError(f"hidden_size {hidden_size}")
        if output_size <= 0:
            raise ValueError(f"output_size {output_size}")
        self.params = {
            "W1": weight_init_std * rng.standard_normal((input_size, hidden_size)),
            "b1": np.zeros(hidden_size),
            "W2": weight_init_std * rng.standard_normal((hidden_size, output_size)),
            "b2": np.zeros(output_size),
        }

    def scores(self, x):
        if x.ndim != 2:
            raise ValueError(f"x must have two axes, got shape {x.shape}")
        self.layers = [
            Affine(self.params, "W1", "b1"),
            Sigmoid(),
            Affine(self.params, "W2", "b2"),
        ]
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def predict(self, x):
        z = self.scores(x)
        z = z - z.max(axis=1).reshape(-1, 1)
        return np.exp(z) / np.exp(z).sum(axis=1).reshape(-1, 1)

    def loss(self, x, t):
        z = self.scores(x)
        if t.shape != z.shape[: t.ndim]:
            raise ValueError(f"t has shape {t.shape}, the scores have {z.shape}")
        if t.ndim == 2:
            t = t.argmax(axis=1)
        m = z.max(axis=1)
        norm = m + np.log(np.exp(z - m[:, None]).sum(axis=1))
        return sum(norm[i] - z[i, t[i]] for i in range(len(t))) / len(t)

    def accuracy(self, x, t):
        t = np.argmax(t, axis=1) if t.ndim != 1 else t
        return np.mean(np.argmax(self.scores(x), axis=1) == t)

    def gradient(self, x, t):
        d = self.predict(x)
        if t.ndim == 2:
            t = t.argmax(axis=1)
        d[np.arange(d.shape[0]), t] -= 1
        d = d / d.shape[0]
        grads = {}
        for layer in reversed(self.layers):
            d = layer.backward(d, grads)
        return grads
