import numpy as np


class InfoNCELoss:
    def __init__(self, temperature=0.07):
        self.scale = 1 / temperature

    def forward(self, a, b):
        norms = [np.linalg.norm(x, axis=-1, keepdims=True) for x in (a, b)]
        for name, norm in zip("ab", norms):
            if np.any(norm == 0):
                raise ValueError(f"{name}: norm {norm.min()} of row {int(np.argmin(norm))}")
        u, w = a / norms[0], b / norms[1]
        s = self.scale * u @ w.T
        n = len(s)
        probs = []
        loss = 0
        for axis in (0, 1):
            z = s - s.max(axis, keepdims=True)
            p = np.exp(z) / np.exp(z).sum(axis, keepdims=True)
            loss += np.sum(np.log(np.exp(z).sum(axis))) - np.sum(z[range(n), range(n)])
            probs.append(p)

        def backward():
            g = self.scale * (probs[0] + probs[1] - 2 * np.eye(n)) / n / 2
            gu, gw = g @ w, g.T @ u
            return [
                (gu - u * np.sum(u * gu, -1, keepdims=True)) / norms[0],
                (gw - w * np.sum(w * gw, -1, keepdims=True)) / norms[1],
            ]

        self.backward = backward
        return loss / n / 2

    def backward(self):
        raise RuntimeError("call forward first")
