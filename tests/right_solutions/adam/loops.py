"""Adam, one number at a time."""

import math

import numpy as np


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        if lr <= 0:
            raise ValueError(f"lr must be positive, got {lr}")
        for beta in betas:
            if beta < 0 or beta >= 1:
                raise ValueError(f"betas must be in [0, 1), got {betas}")
        if eps < 0:
            raise ValueError(f"eps must be zero or more, got {eps}")
        self.params, self.lr, self.eps = params, lr, eps
        self.beta1, self.beta2 = betas
        self.m = [np.zeros(p.shape) for p in params]
        self.v = [np.zeros(p.shape) for p in params]
        self.t = 0

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"got {len(grads)} grads for {len(self.params)} params")
        self.t += 1
        b1, b2 = self.beta1, self.beta2
        for k in range(len(grads)):
            p, g, m, v = self.params[k], grads[k], self.m[k], self.v[k]
            for index in np.ndindex(*p.shape):
                m[index] = b1 * m[index] + (1 - b1) * g[index]
                v[index] = b2 * v[index] + (1 - b2) * g[index] * g[index]
                m_hat = m[index] / (1 - b1**self.t)
                v_hat = v[index] / (1 - b2**self.t)
                p[index] -= self.lr * m_hat / (math.sqrt(v_hat) + self.eps)
