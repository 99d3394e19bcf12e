"""The advantages as the definition says, sum by sum; the loss element by element."""

import math

import numpy as np


def gae(rewards, values, dones, last_value, gamma=0.99, lam=0.95):
    steps, envs = rewards.shape
    adv = np.zeros((steps, envs))
    for n in range(envs):
        nxt = [*values[1:, n], last_value[n]]
        delta = [rewards[t, n] + (0.0 if dones[t, n] else gamma * nxt[t]) - values[t, n] for t in range(steps)]
        for t in range(steps):
            for k in range(t, steps):
                adv[t, n] += (gamma * lam) ** (k - t) * delta[k]
                if dones[k, n]:
                    break
    return adv, adv + values


class PPOLoss:
    def __init__(self, clip=0.2):
        self.clip = clip

    def forward(self, log_probs, old_log_probs, advantages, mask=None):
        self.shape = log_probs.shape
        self.d = np.zeros(log_probs.size)
        flat = zip(log_probs.ravel(), old_log_probs.ravel(), advantages.ravel(), strict=True)
        keep = [True] * log_probs.size if mask is None else mask.ravel().tolist()
        total, count = 0.0, 0
        for i, (new, old, a) in enumerate(flat):
            if not keep[i]:
                continue
            count += 1
            r = math.exp(float(new) - float(old))
            clipped = min(max(r, 1 - self.clip), 1 + self.clip)
            if r * a <= clipped * a:
                total += r * a
                self.d[i] = -r * a
            else:
                total += clipped * a
        self.d /= max(count, 1)
        return float(-total / max(count, 1))

    def backward(self):
        return self.d.reshape(self.shape)
