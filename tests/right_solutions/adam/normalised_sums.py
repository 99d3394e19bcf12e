"""A corrected mean is a weighted mean: the sum of the values over the sum of their weights."""

import numpy as np


class _WeightedMean:
    def __init__(self, beta):
        self.beta, self.total, self.weight = beta, 0.0, 0.0

    def __call__(self, value):
        self.total = self.beta * self.total + value
        self.weight = self.beta * self.weight + 1.0
        return self.total / self.weight


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        if not lr > 0:
            raise ValueError(f"lr has to be > 0: {lr}")
        if min(betas) < 0 or max(betas) >= 1:
            raise ValueError(f"betas have to be in [0, 1): {betas}")
        if not eps >= 0:
            raise ValueError(f"eps has to be >= 0: {eps}")
        self.params, self.lr, self.eps = params, lr, eps
        self.means = [(_WeightedMean(betas[0]), _WeightedMean(betas[1])) for _ in params]

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"grads has to have {len(self.params)} entries: {len(grads)}")
        for param, (first, second), grad in zip(self.params, self.means, grads):
            param[...] -= self.lr * first(grad) / (np.sqrt(second(grad**2)) + self.eps)
