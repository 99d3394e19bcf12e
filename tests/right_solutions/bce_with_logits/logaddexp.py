"""np.logaddexp for both terms; everything is worked out in forward."""

import numpy as np


class BCEWithLogitsLoss:
    def __init__(self, pos_weight=None):
        self.pos_weight = pos_weight

    def forward(self, logits, targets):
        w = 1 if self.pos_weight is None else self.pos_weight
        log_yes, log_no = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
        per_element = -(w * targets * log_yes + (1 - targets) * log_no)
        self.grad = ((1 - targets) * np.exp(log_yes) - w * targets * np.exp(log_no)) / np.size(logits)
        return per_element.mean()

    def backward(self):
        return self.grad
