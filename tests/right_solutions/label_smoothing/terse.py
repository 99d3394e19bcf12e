import numpy as np


class SmoothedCrossEntropyLoss:
    def __init__(self, smoothing=0.1):
        self.s = smoothing

    def forward(self, logits, targets):
        c = logits.shape[1]
        t = np.where(targets[:, None] == np.arange(c), 1 - self.s + self.s / c, self.s / c)
        z = logits - np.amax(logits, 1)[:, None]
        lse = np.log(np.sum(np.exp(z), 1))[:, None]
        self.back = lambda: (np.exp(z - lse) - t) / len(t)
        return np.mean(np.sum(t * (lse - z), 1))

    def backward(self):
        return self.back()
