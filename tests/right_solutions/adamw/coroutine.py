"""Every parameter is moved by a coroutine that keeps its two means as local names."""

from itertools import count

import numpy as np


def _adamw(param, lr, beta1, beta2, eps, weight_decay):
    mean, square = np.zeros(param.shape), np.zeros(param.shape)
    for t in count(1):
        grad = yield
        mean = beta1 * mean + (1 - beta1) * grad
        square = beta2 * square + (1 - beta2) * np.multiply(grad, grad)
        mean_hat, square_hat = mean / (1 - beta1**t), square / (1 - beta2**t)
        np.multiply(param, 1 - lr * weight_decay, out=param)
        np.subtract(param, lr * mean_hat / (np.sqrt(square_hat) + eps), out=param)


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.movers = [_adamw(p, lr, *betas, eps, weight_decay) for p in params]
        for mover in self.movers:
            next(mover)

    def step(self, grads):
        for mover, grad in zip(self.movers, grads):
            mover.send(grad)
