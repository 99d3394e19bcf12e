"""A helper for one sequence that returns its loss and gradient; np.mean over sequences."""

import numpy as np


def group_advantages(rewards, eps=1e-6):
    if np.shape(rewards)[-1] < 2:
        raise ValueError(f"a group of {np.shape(rewards)[-1]} has no deviation (rewards)")
    return np.stack([(row - np.mean(row)) / (np.std(row, ddof=1) + eps) for row in rewards])


def sequence(new, old, ref, a, clip, beta):
    if new.size == 0:
        return 0.0, np.zeros(0)
    ratio = np.exp(new - old)
    limit = np.full(ratio.shape, 1 + clip if a > 0 else 1 - clip)
    binds = ratio > limit if a > 0 else ratio < limit
    surrogate = a * np.where(binds, limit, ratio)
    d = ref - new
    cost = beta * (np.expm1(d) - d) - surrogate
    slope = -beta * np.expm1(d) - np.where(binds, 0.0, a * ratio)
    return cost.mean(), slope / new.size


class GRPOLoss:
    def __init__(self, clip=0.2, beta=0.04):
        self.settings = {"clip": clip, "beta": beta}

    def forward(self, log_probs, old_log_probs, reference_log_probs, advantages, mask):
        self.mask = mask
        parts = [
            sequence(log_probs[i, m], old_log_probs[i, m], reference_log_probs[i, m], advantages[i], **self.settings)
            for i, m in enumerate(mask)
        ]
        self.slopes = [slope for _, slope in parts]
        return np.mean([cost for cost, _ in parts])

    def backward(self):
        out = np.zeros(self.mask.shape)
        for row, m, slope in zip(out, self.mask, self.slopes, strict=True):
            row[m] = slope / len(out)
        return out
