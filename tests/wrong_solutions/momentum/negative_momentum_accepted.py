"""
defect: a negative momentum is accepted
"""

import numpy as np


class Momentum:
    def __init__(self, params, lr=1e-2, momentum=0.9):
        if lr <= 0:
            raise ValueError(f"lr={lr}")
        if momentum >= 1:
            raise ValueError(f"momentum={momentum}")
        self.lr, self.mu = lr, momentum
        self.params = params
        self.v = {(k, i): 0.0 for k, p in enumerate(params) for i in np.ndindex(p.shape)}

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"grads: {len(grads)} instead of {len(self.params)}")
        for k, i in self.v:
            self.v[k, i] = self.mu * self.v[k, i] - self.lr * float(grads[k][i])
            self.params[k][i] += self.v[k, i]
