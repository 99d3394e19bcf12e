"""
defect: an x with a wrong number of columns gets the message of the matrix product, which names no argument
"""

import numpy as np


def logistic(a):
    return 0.5 * (1 + np.tanh(0.5 * a))


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01, rng=None):
        sizes = {"input_size": input_size, "hidden_size": hidden_size, "output_size": output_size}
        for name, value in sizes.items():
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        draw = (rng or np.random.default_rng()).normal
        self.params = {
            "W1": draw(0, weight_init_std, (input_size, hidden_size)),
            "b1": np.zeros(hidden_size),
            "W2": draw(0, weight_init_std, (hidden_size, output_size)),
            "b2": np.zeros(output_size),
        }

    def run(self, x):
        P = self.params
        if x.ndim != 2 or x.shape[1] != P["W1"].shape[0]:
            raise ValueError("matmul: Input operand 1 has a mismatch in its core dimension 0")
        hidden = logistic(x @ P["W1"] + P["b1"])
        scores = hidden @ P["W2"] + P["b2"]
        scores = scores - scores.max(axis=1, keepdims=True)
        log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))

        def back(t):
            up = (np.exp(log_p) - t) / len(x)
            down = (up @ P["W2"].T) * hidden * (1 - hidden)
            return {"W1": x.T @ down, "b1": down.sum(axis=0), "W2": hidden.T @ up, "b2": up.sum(axis=0)}

        return log_p, back

    def rows(self, t, n):
        c = len(self.params["b2"])
        if t.shape == (n, c):
            return t.astype(float)
        if t.shape == (n,) and t.dtype.kind in "iu" and np.all((t >= 0) & (t < c)):
            return np.eye(c)[t]
        raise ValueError(f"t must be {(n,)} indices below {c} or {(n, c)}, got {t.shape}")

    def predict(self, x):
        return np.exp(self.run(x)[0])

    def loss(self, x, t):
        log_p, _ = self.run(x)
        return -float((self.rows(t, len(x)) * log_p).sum()) / len(x)

    def accuracy(self, x, t):
        guesses = self.run(x)[0].argmax(axis=1)
        return float((guesses == self.rows(t, len(x)).argmax(axis=1)).mean())

    def gradient(self, x, t):
        _, back = self.run(x)
        return back(self.rows(t, len(x)))
