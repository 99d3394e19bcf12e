"""Two code paths: class indices are gathered, rows of probabilities are summed with einsum."""

import numpy as np


def log_softmax(z):
    m = z - np.amax(z, axis=-1)[:, None]
    return m - np.log(np.einsum("nc->n", np.exp(m)))[:, None]


class CrossEntropyLoss:
    def __init__(self):
        self.cache = None

    def forward(self, logits, targets):
        if logits.ndim != 2 or len(targets) != len(logits):
            raise ValueError(f"logits {logits.shape} and targets {targets.shape} do not match")
        lp = log_softmax(logits)
        self.cache = (lp, targets)
        if targets.ndim == 1:
            if (targets < 0).any() or (targets >= logits.shape[1]).any():
                raise ValueError(f"targets out of range: {targets}")
            picked = np.take_along_axis(lp, targets.astype(np.int64)[:, None], axis=1)
            return -float(np.mean(picked))
        if targets.shape != logits.shape:
            raise ValueError(f"targets must have shape {logits.shape}, got {targets.shape}")
        return -float(np.einsum("nc,nc->", lp, targets)) / lp.shape[0]

    def backward(self):
        lp, targets = self.cache
        grad = np.exp(lp)
        if targets.ndim == 1:
            grad[np.arange(targets.size), targets] -= 1
        else:
            grad = grad - targets
        return grad / len(lp)
