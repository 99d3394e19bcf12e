"""Flattens to (N*T, V) and works with the row numbers that count."""

import numpy as np


class CausalLMLoss:
    def __init__(self, ignore_index=-100):
        self.skip = ignore_index

    def forward(self, logits, labels):
        n, t, v = logits.shape
        here = np.arange(n * t).reshape(n, t)[:, : t - 1].reshape(-1)
        want = labels[:, 1:].reshape(-1)
        keep = np.nonzero(want != self.skip)[0]
        self.rows, self.cols, self.shape = here[keep], want[keep].astype(int), (n, t, v)
        if not len(keep):
            self.probs = np.zeros((0, v))
            return 0.0
        z = logits.reshape(-1, v)[self.rows]
        e = np.exp(z - z.max(1)[:, None])
        s = e.sum(1)
        self.probs = e / s[:, None]
        return np.mean(np.log(s) + z.max(1) - z[range(len(keep)), self.cols])

    def backward(self):
        n, t, v = self.shape
        out = np.zeros((n * t, v))
        if len(self.rows):
            out[self.rows] = self.probs
            out[self.rows, self.cols] -= 1
            out /= len(self.rows)
        return out.reshape(n, t, v)
