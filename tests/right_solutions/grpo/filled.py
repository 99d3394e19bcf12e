"""Masked entries are replaced before anything is computed; sums over rows, divided by counts."""

import numpy as np


def group_advantages(rewards, eps=1e-6):
    g, n = rewards.shape
    if n < 2:
        raise ValueError(f"need at least two answers in each group, got rewards of shape {rewards.shape}")
    mean = rewards.sum(axis=1) / n
    diff = rewards - mean[:, None]
    std = np.sqrt((diff * diff).sum(axis=1) / (n - 1))
    return diff / (std[:, None] + eps)


class GRPOLoss:
    def __init__(self, clip=0.2, beta=0.04):
        self.clip = clip
        self.beta = beta

    def forward(self, log_probs, old_log_probs, reference_log_probs, advantages, mask):
        new, old, ref = (np.where(mask, v, 0.0) for v in (log_probs, old_log_probs, reference_log_probs))
        ratio, a = np.exp(new - old), advantages.reshape(-1, 1)
        first, second = ratio * a, ratio.clip(1 - self.clip, 1 + self.clip) * a
        expd = np.exp(ref - new)
        cost = -np.minimum(first, second) + self.beta * (expd - (ref - new) - 1)
        count = np.clip(mask.sum(axis=1), 1, None)
        slope = np.where(first <= second, -first, 0.0) + self.beta * (1 - expd)
        self.d = np.where(mask, slope, 0.0) / count[:, None] / len(mask)
        return float(np.mean(np.where(mask, cost, 0.0).sum(axis=1) / count))

    def backward(self):
        return self.d
