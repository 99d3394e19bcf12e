"""Sequence by sequence, token by token."""

import math
import statistics

import numpy as np


def group_advantages(rewards, eps=1e-6):
    if rewards.shape[1] < 2:
        raise ValueError(f"rewards: groups of {rewards.shape[1]}, at least 2 answers are needed")
    out = np.zeros(rewards.shape)
    for g, row in enumerate(rewards.astype(float).tolist()):
        mean, std = statistics.fmean(row), statistics.stdev(row)
        for i, r in enumerate(row):
            out[g, i] = (r - mean) / (std + eps)
    return out


class GRPOLoss:
    def __init__(self, clip=0.2, beta=0.04):
        self.clip, self.beta = clip, beta

    def forward(self, log_probs, old_log_probs, reference_log_probs, advantages, mask):
        b, t = log_probs.shape
        self.grad = np.zeros((b, t))
        loss = 0.0
        for i in range(b):
            own = [j for j in range(t) if mask[i, j]]
            a = float(advantages[i])
            for j in own:
                new, old, ref = float(log_probs[i, j]), float(old_log_probs[i, j]), float(reference_log_probs[i, j])
                r = math.exp(new - old)
                bounded = min(max(r, 1 - self.clip), 1 + self.clip)
                d = ref - new
                cost = -(min(r * a, bounded * a) - self.beta * (math.exp(d) - d - 1))
                slope = -(r * a if r * a <= bounded * a else 0.0) + self.beta * (1 - math.exp(d))
                loss += cost / len(own) / b
                self.grad[i, j] = slope / len(own) / b
        return loss

    def backward(self):
        return self.grad
