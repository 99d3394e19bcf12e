"""Flat arrays of the tokens that count, with bincount for the sums of sequences."""

import numpy as np


def group_advantages(rewards, eps=1e-6):
    if rewards.shape[1] <= 1:
        raise ValueError(f"rewards has {rewards.shape[1]} column(s), needs 2 or more")
    c = rewards - np.mean(rewards, 1, keepdims=True)
    return c / (np.linalg.norm(c, axis=1, keepdims=True) / np.sqrt(rewards.shape[1] - 1) + eps)


class GRPOLoss:
    def __init__(self, clip=0.2, beta=0.04):
        self.clip, self.beta = clip, beta

    def forward(self, log_probs, old_log_probs, reference_log_probs, advantages, mask):
        self.where = who, what = np.nonzero(mask)
        b = mask.shape[0]
        new = log_probs[who, what]
        up = np.exp(reference_log_probs[who, what] - new)
        r = np.exp(new - old_log_probs[who, what])
        a = advantages[who]
        inside = np.where(a >= 0, r <= 1 + self.clip, r >= 1 - self.clip)
        gain = np.where(inside, r, np.where(a >= 0, 1 + self.clip, 1 - self.clip)) * a
        length = np.bincount(who, minlength=b)
        costs = np.bincount(who, weights=self.beta * (up - np.log(up) - 1) - gain, minlength=b)
        self.shape = mask.shape
        self.flow = (self.beta * (1 - up) - np.where(inside, r * a, 0)) / length[who] / b
        return (costs / np.maximum(length, 1)).sum() / b

    def backward(self):
        d = np.zeros(self.shape)
        d[self.where] = self.flow
        return d
