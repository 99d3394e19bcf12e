"""
defect: the velocity is set to zero at every 25th step
"""

import numpy as np


class Momentum:
    def __init__(self, params, lr=1e-2, momentum=0.9):
        if lr <= 0:
            raise ValueError(f"lr must be positive, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params, self.lr, self.momentum = list(params), lr, momentum
        self.last = None

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"grads has {len(grads)} arrays, params has {len(self.params)}")
        self.count = getattr(self, "count", 0) + 1
        if self.last is None or self.count % 25 == 0:
            self.last = [0.0] * len(grads)
        moves = [self.momentum * m - self.lr * g for m, g in zip(self.last, grads)]
        for p, m in zip(self.params, moves):
            p += m
        self.last = moves
