"""Flat loops with math, one branch for each sign."""

import math

import numpy as np


def softplus(x):
    return x + math.log1p(math.exp(-x)) if x > 0 else math.log1p(math.exp(x))


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


class BCEWithLogitsLoss:
    def __init__(self, pos_weight=None):
        self.pos_weight = 1.0 if pos_weight is None else pos_weight

    def forward(self, logits, targets):
        shape = np.shape(logits)
        weights = np.broadcast_to(self.pos_weight, shape)
        self.x, self.t, self.w = logits, targets, weights
        losses = [
            float(w) * float(t) * softplus(-float(x)) + (1 - float(t)) * softplus(float(x))
            for x, t, w in zip(np.ravel(logits), np.ravel(targets), np.ravel(weights), strict=True)
        ]
        return math.fsum(losses) / len(losses)

    def backward(self):
        grad = [
            (1 - t) * sigmoid(x) - w * t * sigmoid(-x)
            for x, t, w in zip(self.x.ravel().tolist(), self.t.ravel().tolist(), self.w.ravel().tolist(), strict=True)
        ]
        return np.array(grad).reshape(self.x.shape) / len(grad)
