"""Keeps no velocity: the last move of a parameter, now minus before, is one."""

import numpy as np


class Momentum:
    def __init__(self, params, lr=1e-2, momentum=0.9):
        for name, value, allowed in (
            ("lr", lr, lr > 0),
            ("momentum", momentum, momentum >= 0 and momentum < 1),
        ):
            if not allowed:
                raise ValueError(f"{name} may not be {value}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self.move = {}

    def step(self, grads):
        if len(self.params) != len(grads):
            raise ValueError(f"grads: expected {len(self.params)}, got {len(grads)}")
        for i in range(len(grads)):
            change = -self.lr * grads[i]
            if i in self.move:
                change = change + self.momentum * self.move[i]
            np.add(self.params[i], change, out=self.params[i])
            self.move[i] = change
