"""Keeps copies of the arguments only, and computes the softmax anew in backward."""

import numpy as np


class CrossEntropyLoss:
    logits = None
    targets = None

    @staticmethod
    def onehot(targets, shape):
        if targets.ndim == 2:
            if targets.shape != shape:
                raise ValueError(f"targets: expected {shape}, got {targets.shape}")
            return np.array(targets, dtype=np.float64)
        if targets.shape[0] != shape[0] or targets.min() < 0 or targets.max() >= shape[1]:
            raise ValueError(f"targets do not fit {shape}: {targets}")
        return (targets[:, None] == np.arange(shape[1])[None, :]).astype(np.float64)

    def forward(self, logits, targets):
        if logits.ndim != 2:
            raise ValueError(f"logits: expected two axes, got {logits.ndim}")
        self.logits, self.targets = logits.copy(), targets.copy()
        t = self.onehot(targets, logits.shape)
        losses = []
        for z, row in zip(logits, t, strict=True):
            top = z.max()
            losses.append(row.sum() * (top + np.log(np.exp(z - top).sum())) - row @ z)
        return np.asarray(losses).mean()

    def backward(self):
        z, t = self.logits, self.onehot(self.targets, self.logits.shape)
        e = np.exp(z - z.max(1, keepdims=True))
        p = e / e.sum(1, keepdims=True)
        return ((p - t) / z.shape[0]).astype(z.dtype)
