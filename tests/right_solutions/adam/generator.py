"""Every parameter is moved by a coroutine that keeps its two means as local names."""

from itertools import count

import numpy as np


def _adam(param, lr, beta1, beta2, eps):
    mean, square = np.zeros(param.shape), np.zeros(param.shape)
    for t in count(1):
        grad = yield
        mean = beta1 * mean + (1 - beta1) * grad
        square = beta2 * square + (1 - beta2) * np.multiply(grad, grad)
        mean_hat, square_hat = mean / (1 - beta1**t), square / (1 - beta2**t)
        np.subtract(param, lr * mean_hat / (np.sqrt(square_hat) + eps), out=param)


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        if lr <= 0:
            raise ValueError(f"lr={lr} must be > 0")
        if any(b < 0 or b >= 1 for b in betas):
            raise ValueError(f"betas={betas} must be in [0, 1)")
        if eps < 0:
            raise ValueError(f"eps={eps} must be >= 0")
        self.movers = [_adam(p, lr, *betas, eps) for p in params]
        [next(mover) for mover in self.movers]

    def step(self, grads):
        if len(grads) != len(self.movers):
            raise ValueError(f"grads: {len(grads)} given, {len(self.movers)} wanted")
        for mover, grad in zip(self.movers, grads):
            mover.send(grad)
