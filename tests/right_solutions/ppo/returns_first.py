"""Lambda-returns first, advantages from them; keeps its inputs and works the ratio out again in backward."""

import numpy as np


def gae(rewards, values, dones, last_value, gamma=0.99, lam=0.95):
    ret = np.zeros(rewards.shape)
    v_next, g_next = last_value, last_value
    for t in range(len(rewards))[::-1]:
        mixed = (1 - lam) * v_next + lam * g_next
        ret[t] = rewards[t] + gamma * np.where(dones[t], 0.0, mixed)
        v_next, g_next = values[t], ret[t]
    return ret - values, ret


class PPOLoss:
    def __init__(self, clip=0.2):
        self.clip = clip

    def _terms(self):
        r = np.exp(self.new - self.old)
        return r * self.adv, np.clip(r, 1 - self.clip, 1 + self.clip) * self.adv

    def forward(self, log_probs, old_log_probs, advantages, mask=None):
        self.mask = slice(None) if mask is None else mask.copy()
        self.shape = log_probs.shape
        self.new, self.old, self.adv = (np.array(v[self.mask]) for v in (log_probs, old_log_probs, advantages))
        if self.new.size == 0:
            return 0.0
        return float(np.mean(-np.minimum(*self._terms())))

    def backward(self):
        d = np.zeros(self.shape)
        if self.new.size:
            plain, clipped = self._terms()
            d[self.mask] = np.where(plain > clipped, 0, plain) / -self.new.size
        return d
