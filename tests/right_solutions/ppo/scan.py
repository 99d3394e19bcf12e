"""A backward scan with next values prepared, and where= instead of selection."""

import numpy as np


def gae(rewards, values, dones, last_value, gamma=0.99, lam=0.95):
    following = np.concatenate([values[1:], np.reshape(last_value, (1, -1))])
    cont = np.logical_not(dones).astype(float)
    deltas = rewards + gamma * cont * following - values
    advantages = deltas.copy()
    for t in range(len(deltas) - 2, -1, -1):
        advantages[t] += gamma * lam * cont[t] * advantages[t + 1]
    return advantages, values + advantages


class PPOLoss:
    def __init__(self, clip=0.2):
        self.lo, self.hi = 1 - clip, 1 + clip

    def forward(self, log_probs, old_log_probs, advantages, mask=None):
        if mask is None:
            mask = np.full(np.shape(log_probs), True)
        zero = np.zeros(np.shape(log_probs))
        gap = np.subtract(log_probs, old_log_probs, out=zero.copy(), where=mask)
        a = np.where(mask, advantages, 0.0)
        ratio = np.exp(gap)
        plain, bounded = ratio * a, np.maximum(np.minimum(ratio, self.hi), self.lo) * a
        count = max(int(mask.sum()), 1)
        self.grad = np.where(mask & (plain <= bounded), -plain / count, 0.0)
        return -float(np.sum(np.minimum(plain, bounded), where=mask)) / count

    def backward(self):
        return self.grad
