"""Goes back through the log-softmax as a layer of its own: d_z = d - p * sum(d)."""

import numpy as np


class LogSoftmax:
    def forward(self, z):
        z = z - z.max(axis=-1, keepdims=True)
        self.out = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
        return self.out

    def backward(self, d):
        return d - np.exp(self.out) * d.sum(axis=-1, keepdims=True)


class SmoothedCrossEntropyLoss:
    def __init__(self, smoothing=0.1):
        self.smoothing = smoothing

    def forward(self, logits, targets):
        n, c = logits.shape
        self.layer = LogSoftmax()
        hot = np.eye(c)[targets]
        self.target = hot * (1 - self.smoothing) + self.smoothing / c
        return -np.einsum("nc,nc->", self.target, self.layer.forward(logits)) / n

    def backward(self):
        return self.layer.backward(-self.target / len(self.target))
