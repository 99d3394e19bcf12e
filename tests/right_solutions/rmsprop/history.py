"""Keeps every squared gradient and weights them by their age; slow and by the definition."""

import numpy as np


class RMSprop:
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8):
        if not lr > 0:
            raise ValueError(f"lr has to be > 0: {lr}")
        if not (alpha >= 0 and alpha < 1):
            raise ValueError(f"alpha has to be in [0, 1): {alpha}")
        if not eps >= 0:
            raise ValueError(f"eps has to be >= 0: {eps}")
        self.params = params
        self.lr, self.alpha, self.eps = lr, alpha, eps
        self.squares = [[] for _ in params]

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"grads has to have {len(self.params)} entries: {len(grads)}")
        for param, squares, grad in zip(self.params, self.squares, grads):
            squares.append(grad**2)
            ages = np.arange(len(squares))[::-1]
            weights = (1 - self.alpha) * self.alpha**ages
            mean_square = np.tensordot(weights, np.stack(squares), axes=1)
            param[...] = param - self.lr * grad / (np.sqrt(mean_square) + self.eps)
