"""PyTorch's form: the velocity holds gradients, the learning rate comes last."""

import numpy as np


class Momentum:
    def __init__(self, params, lr=1e-2, momentum=0.9):
        if lr <= 0:
            raise ValueError(f"Invalid lr: {lr}")
        if not 0.0 <= momentum < 1.0:
            raise ValueError(f"Invalid momentum: {momentum}")
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum
        self.buffers = [None] * len(self.params)

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"Invalid grads: {len(grads)} for {len(self.params)} parameters")
        for i, (param, grad) in enumerate(zip(self.params, grads)):
            if self.buffers[i] is None:
                self.buffers[i] = np.array(grad, dtype=float)
            else:
                self.buffers[i] = np.add(self.momentum * self.buffers[i], grad)
            param[...] = param - self.lr * self.buffers[i]
