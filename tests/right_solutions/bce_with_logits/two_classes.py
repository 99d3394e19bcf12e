"""As softmax cross-entropy over two classes with logits (0, x)."""

import numpy as np


class BCEWithLogitsLoss:
    def __init__(self, pos_weight=None):
        self.pos_weight = pos_weight

    def forward(self, logits, targets):
        two = np.stack([np.zeros_like(logits), logits], axis=-1)
        want = np.stack([1.0 - targets, targets * 1.0], axis=-1)
        if self.pos_weight is not None:
            want[..., 1] *= self.pos_weight
        shifted = two - two.max(axis=-1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        self.log_p, self.want = log_p, want
        return -(want * log_p).sum(axis=-1).mean()

    def backward(self):
        d = np.exp(self.log_p) * self.want.sum(axis=-1, keepdims=True) - self.want
        return d[..., 1] / d[..., 1].size
