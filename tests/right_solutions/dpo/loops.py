"""Token by token, pair by pair, with math."""

import math

import numpy as np


def sequence_log_prob(logits, labels, ignore_index=-100):
    n, t, _ = logits.shape
    result = np.zeros(n)
    for i in range(n):
        for j in range(1, t):
            if labels[i, j] != ignore_index:
                row = logits[i, j - 1].astype(float)
                top = row.max()
                result[i] += row[labels[i, j]] - top - math.log(math.fsum(np.exp(row - top)))
    return result


def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


class DPOLoss:
    def __init__(self, beta=0.1):
        self.beta = beta

    def forward(self, policy_chosen, policy_rejected, reference_chosen, reference_rejected):
        quads = zip(policy_chosen, policy_rejected, reference_chosen, reference_rejected, strict=True)
        self.margins = [self.beta * float((pc - pr) - (rc - rr)) for pc, pr, rc, rr in quads]
        return sum(softplus(-m) for m in self.margins) / len(self.margins)

    def backward(self):
        n = len(self.margins)
        d = np.array([-self.beta * math.exp(-softplus(m)) / n for m in self.margins])
        return d, -d
