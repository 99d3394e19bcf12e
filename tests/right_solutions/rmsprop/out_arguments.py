"""No temporary arrays: two buffers a parameter, written with out=."""

import numpy as np


class RMSprop:
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8):
        if lr <= 0:
            raise ValueError(f"lr is {lr}, must be > 0")
        if alpha < 0 or alpha >= 1:
            raise ValueError(f"alpha is {alpha}, must be in [0, 1)")
        if eps < 0:
            raise ValueError(f"eps is {eps}, must be >= 0")
        self.params = list(params)
        self.lr, self.alpha, self.eps = float(lr), float(alpha), float(eps)
        self.mean_squares = [np.zeros(p.shape) for p in self.params]
        self.work = [np.empty(p.shape) for p in self.params]

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"grads has length {len(grads)}, must be {len(self.params)}")
        for p, s, w, g in zip(self.params, self.mean_squares, self.work, grads):
            np.multiply(g, g, out=w)
            w *= 1.0 - self.alpha
            s *= self.alpha
            s += w
            np.sqrt(s, out=w)
            w += self.eps
            np.divide(g, w, out=w)
            w *= self.lr
            p -= w
