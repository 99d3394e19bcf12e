"""The state lives in a generator; `step` only feeds it."""

import numpy as np


def _descent(param, lr, momentum):
    velocity = np.zeros(param.shape, dtype=float)
    while True:
        grad = yield
        velocity = momentum * velocity + grad
        param -= (lr * velocity).astype(param.dtype)


class SGD:
    def __init__(self, params, lr, momentum=0.0):
        if not lr > 0:
            raise ValueError(f"bad lr {lr}: it must be > 0")
        if not 0 <= momentum < 1:
            raise ValueError(f"bad momentum {momentum}: it must be in [0, 1)")
        self.movers = [_descent(p, lr, momentum) for p in params]
        for mover in self.movers:
            next(mover)

    def step(self, grads):
        if len(grads) != len(self.movers):
            raise ValueError(f"bad grads: {len(grads)} given, {len(self.movers)} needed")
        for mover, grad in zip(self.movers, grads):
            mover.send(grad)
