"""Thinks in the four cases: clipping binds above for good actions and below for bad ones. Advantages by a matrix."""

import numpy as np


def gae(rewards, values, dones, last_value, gamma=0.99, lam=0.95):
    t_max, n = rewards.shape
    out = np.empty((t_max, n))
    for j in range(n):
        v = np.append(values[:, j], last_value[j])
        alive = np.where(dones[:, j], 0.0, 1.0)
        delta = rewards[:, j] + gamma * alive * v[1:] - v[:-1]
        # A = delta + L A with L on the first upper diagonal
        system = np.eye(t_max) - np.diag(gamma * lam * alive[:-1], k=1)
        out[:, j] = np.linalg.solve(system, delta)
    return out, out + values


class PPOLoss:
    def __init__(self, clip=0.2):
        self.clip = clip

    def forward(self, log_probs, old_log_probs, advantages, mask=None):
        idx = np.nonzero(np.ones_like(log_probs, dtype=bool) if mask is None else mask)
        a = advantages[idx]
        r = np.exp(log_probs[idx] - old_log_probs[idx])
        too_good = (a > 0) & (r > 1 + self.clip)
        too_bad = (a < 0) & (r < 1 - self.clip)
        s = r * a
        s[too_good] = (1 + self.clip) * a[too_good]
        s[too_bad] = (1 - self.clip) * a[too_bad]
        free = ~(too_good | too_bad)
        self.saved = log_probs.shape, idx, r * a * free
        return -s.sum() / len(s) if len(s) else 0.0

    def backward(self):
        shape, idx, flow = self.saved
        d = np.zeros(shape)
        d[idx] = -flow / max(len(flow), 1)
        return d
