"""Everything by einsum, one-hot rows throughout, log-softmax by logaddexp."""

import numpy as np


def one_hot(t, classes):
    if t.ndim == 2:
        return t.astype(np.float64)
    return (t[:, None] == np.arange(classes)).astype(np.float64)


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01, rng=None):
        if input_size < 1 or hidden_size < 1 or output_size < 1:
            raise ValueError(f"all sizes must be at least 1, got {input_size, hidden_size, output_size}")
        self.rng = rng if rng is not None else np.random.default_rng()
        self.params = {}
        for i, (a, b) in enumerate([(input_size, hidden_size), (hidden_size, output_size)], 1):
            self.params[f"W{i}"] = self.rng.normal(scale=weight_init_std, size=(a, b))
            self.params[f"b{i}"] = np.full(b, 0.0)

    def activate(self, x):
        if x.ndim != 2 or x.shape[-1] != self.params["W1"].shape[0]:
            raise ValueError(f"x must have {self.params['W1'].shape[0]} features, has {x.shape}")
        a = np.einsum("ni,ih->nh", x, self.params["W1"]) + self.params["b1"]
        return np.where(a >= 0, 1 / (1 + np.exp(-np.abs(a))), np.exp(-np.abs(a)) / (1 + np.exp(-np.abs(a))))

    def log_probabilities(self, hidden):
        z = np.einsum("nh,ho->no", hidden, self.params["W2"]) + self.params["b2"]
        return z - np.logaddexp.reduce(z, axis=1)[:, None]

    def predict(self, x):
        return np.exp(self.log_probabilities(self.activate(x)))

    def loss(self, x, t):
        lp = self.log_probabilities(self.activate(x))
        if t.shape not in ((len(x),), lp.shape):
            raise ValueError(f"t of shape {t.shape} does not belong to x of shape {x.shape}")
        return float(-np.einsum("no,no->", lp, one_hot(t, lp.shape[1])) / len(x))

    def accuracy(self, x, t):
        guess = np.argmax(self.predict(x), axis=-1)
        truth = np.argmax(one_hot(t, self.params["b2"].size), axis=-1)
        return float(np.count_nonzero(guess == truth)) / x.shape[0]

    def gradient(self, x, t):
        h = self.activate(x)
        lp = self.log_probabilities(h)
        d2 = (np.exp(lp) - one_hot(t, lp.shape[1])) / x.shape[0]
        d1 = np.einsum("no,ho,nh,nh->nh", d2, self.params["W2"], h, 1 - h)
        return {
            "b2": np.einsum("no->o", d2),
            "W2": np.einsum("nh,no->ho", h, d2),
            "b1": np.einsum("nh->h", d1),
            "W1": np.einsum("ni,nh->ih", x, d1),
        }
