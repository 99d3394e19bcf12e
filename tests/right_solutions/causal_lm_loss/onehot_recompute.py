"""Remembers the arguments and works the softmax out again in backward; one-hot rows, zero where ignored."""

import numpy as np


def onehot(labels, v, ignore):
    return (labels[..., None] == np.arange(v)) & (labels != ignore)[..., None]


def log_softmax(z):
    z = z - np.max(z, axis=2, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=2, keepdims=True))


class CausalLMLoss:
    def __init__(self, ignore_index=-100):
        self.ignore_index = ignore_index

    def forward(self, logits, labels):
        self.logits, self.labels = np.array(logits, dtype=np.float64), np.array(labels)
        if logits.shape[1] < 2:
            return 0.0
        t = onehot(self.labels[:, 1:], logits.shape[2], self.ignore_index)
        return -np.sum(log_softmax(self.logits[:, :-1]), where=t) / max(1, t.sum())

    def backward(self):
        d = np.zeros_like(self.logits)
        if d.shape[1] < 2:
            return d
        t = onehot(self.labels[:, 1:], d.shape[2], self.ignore_index)
        counted = t.any(axis=2, keepdims=True)
        p = np.exp(log_softmax(self.logits[:, :-1]))
        d[:, :-1] = np.where(counted, p - t, 0) / max(1, t.sum())
        return d
