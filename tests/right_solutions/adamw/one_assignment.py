"""Both parts in one assignment, from the old parameter; the corrections go into the rate."""

import numpy as np


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.slots = [(p, np.zeros_like(p), np.zeros_like(p)) for p in params]
        self.lr, self.betas, self.eps, self.decay = lr, tuple(betas), eps, weight_decay
        self.powers = np.ones(2)

    def step(self, grads):
        self.powers = self.powers * self.betas
        first, second = 1 - self.powers
        root = np.sqrt(second)
        for (p, m, v), g in zip(self.slots, grads):
            m += (1 - self.betas[0]) * (g - m)
            v += (1 - self.betas[1]) * (g**2 - v)
            p[...] = p - self.lr * (self.decay * p + (root / first) * m / (np.sqrt(v) + self.eps * root))
