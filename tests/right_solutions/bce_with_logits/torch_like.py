"""The form of the old PyTorch kernel: (1 - t) x + (1 + (w - 1) t) (log(exp(-m) + exp(-x - m)) + m)."""

import numpy as np


class BCEWithLogitsLoss:
    def __init__(self, pos_weight=None):
        self.w = None if pos_weight is None else np.asarray(pos_weight, dtype=float)

    def forward(self, logits, targets):
        x, t = np.asarray(logits), np.asarray(targets)
        factor = 1.0 if self.w is None else 1 + (self.w - 1) * t
        m = np.clip(-x, 0, None)
        loss = (1 - t) * x + factor * (np.log(np.exp(-m) + np.exp(-x - m)) + m)
        self.memory = x, t, factor
        return float(np.sum(loss) / x.size)

    def backward(self):
        x, t, factor = self.memory
        tail = np.where(x >= 0, np.exp(-np.abs(x)), 1.0) / (1 + np.exp(-np.abs(x)))
        return (1 - t - factor * tail) / x.size
