"""
defect: 1/(1+exp(-a)) overflows with a warning for large negative pre-activations
"""

import numpy as np


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01, rng=None):
        if input_size < 1 or hidden_size < 1 or output_size < 1:
            raise ValueError("sizes must be positive: input_size %d, hidden_size %d, output_size %d" % (input_size, hidden_size, output_size))
        g = np.random.default_rng() if rng is None else rng
        self.params = {}
        for k, (a, b) in enumerate([(input_size, hidden_size), (hidden_size, output_size)], start=1):
            self.params["W%d" % k] = g.normal(scale=weight_init_std, size=(a, b))
            self.params["b%d" % k] = np.zeros(b)

    def layer(self, k, v):
        W = self.params["W%d" % k]
        if v.ndim != 2 or v.shape[1] != len(W):
            raise ValueError("x %s does not fit W%d %s" % (v.shape, k, W.shape))
        return np.einsum("nd,dm->nm", v, W) + self.params["b%d" % k]

    def hidden(self, x):
        return 1 / (1 + np.exp(-self.layer(1, x)))

    def logs(self, x):
        z = self.layer(2, self.hidden(x))
        return z - np.logaddexp.reduce(z, axis=1)[:, None]

    def index(self, t, shape):
        if t.shape == shape:
            return t.argmax(1)
        if t.shape != shape[:1] or not np.issubdtype(t.dtype, np.integer) or (t.size and (t.min() < 0 or t.max() >= shape[1])):
            raise ValueError("t %s for probabilities %s" % (t.shape, shape))
        return t.astype(np.int64)

    def predict(self, x):
        return np.exp(self.logs(x))

    def loss(self, x, t):
        logs = self.logs(x)
        return float(-np.take_along_axis(logs, self.index(t, logs.shape)[:, None], 1).mean())

    def accuracy(self, x, t):
        logs = self.logs(x)
        return float(np.mean(logs.argmax(1) == self.index(t, logs.shape)))

    def gradient(self, x, t):
        h = self.hidden(x)
        d2 = self.predict(x)
        d2[np.arange(len(x)), self.index(t, d2.shape)] -= 1.0
        d2 = d2 / len(x)
        d1 = np.einsum("nm,hm->nh", d2, self.params["W2"]) * h * (1 - h)
        return {
            "W1": np.einsum("nd,nh->dh", x, d1),
            "b1": np.einsum("nh->h", d1),
            "W2": np.einsum("nh,nm->hm", h, d2),
            "b2": np.einsum("nm->m", d2),
        }
