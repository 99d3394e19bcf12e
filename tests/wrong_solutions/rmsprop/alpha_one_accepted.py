"""
defect: alpha = 1 is accepted
"""

import numpy as np


class RMSprop:
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8):
        problems = {"lr": (lr, lr > 0), "alpha": (alpha, 0 <= alpha <= 1), "eps": (eps, eps >= 0)}
        for name, (value, fine) in problems.items():
            if not fine:
                raise ValueError(f"{name} may not be {value}")
        self.params = params
        self.rule = lr, alpha, eps
        self.squares = [[] for _ in params]

    def step(self, grads):
        if len(self.params) != len(grads):
            raise ValueError(f"{len(self.params)} params but {len(grads)} grads")
        lr, alpha, eps = self.rule
        for p, past, g in zip(self.params, self.squares, grads):
            past.append(np.array(g, dtype=float) ** 2)
            mean = sum((1 - alpha) * alpha**age * square for age, square in enumerate(reversed(past)))
            p[...] = p - lr * g / (eps + np.sqrt(mean))
