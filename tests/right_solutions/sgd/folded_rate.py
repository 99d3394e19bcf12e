"""The other textbook form: the learning rate lives inside the velocity, which is added."""

import numpy as np


class SGD:
    def __init__(self, params, lr, momentum=0.0):
        if lr <= 0:
            raise ValueError(f"lr has to be above zero, but is {lr}")
        if not (0.0 <= momentum < 1.0):
            raise ValueError(f"momentum has to be in [0, 1), but is {momentum}")
        self._slots = [(p, np.zeros_like(p)) for p in params]
        self._lr, self._momentum = lr, momentum

    def step(self, grads):
        if len(grads) != len(self._slots):
            raise ValueError(f"grads has length {len(grads)}, params has {len(self._slots)}")
        for (p, v), g in zip(self._slots, grads):
            v[...] = self._momentum * v - self._lr * g
            p += v
