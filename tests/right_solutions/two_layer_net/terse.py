import numpy as np


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01, rng=None):
        if min(input_size, hidden_size, output_size) < 1:
            raise ValueError(f"sizes must be >= 1: {input_size, hidden_size, output_size}")
        g = rng or np.random.default_rng()
        self.params = {
            "W1": g.normal(size=(input_size, hidden_size)) * weight_init_std,
            "b1": np.zeros(hidden_size),
            "W2": g.normal(size=(hidden_size, output_size)) * weight_init_std,
            "b2": np.zeros(output_size),
        }

    def _f(self, x):
        P = self.params
        if x.ndim != 2:
            raise ValueError(f"x: {x.shape}")
        with np.errstate(over="ignore"):
            h = 1 / (1 + np.exp(-(x @ P["W1"] + P["b1"])))
        s = h @ P["W2"] + P["b2"]
        e = np.exp(s - s.max(1, keepdims=True))
        return h, e / e.sum(1, keepdims=True)

    def predict(self, x):
        return self._f(x)[1]

    def loss(self, x, t):
        if t.shape not in ((len(x),), (len(x), len(self.params["b2"]))):
            raise ValueError(f"t: {t.shape}")
        t = t if t.ndim == 1 else t.argmax(1)
        return -np.log(self._f(x)[1][np.arange(len(x)), t]).mean()

    def accuracy(self, x, t):
        return (self._f(x)[1].argmax(1) == (t if t.ndim == 1 else t.argmax(1))).mean()

    def gradient(self, x, t):
        h, p = self._f(x)
        d = (p - (t if t.ndim == 2 else np.eye(p.shape[1])[t])) / len(x)
        a = d @ self.params["W2"].T * h * (1 - h)
        return {"W1": x.T @ a, "b1": a.sum(0), "W2": h.T @ d, "b2": d.sum(0)}
