"""
defect: beta1 = 1 is accepted
"""

import numpy as np


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        beta1, beta2 = betas
        for name, ok, value in (
            ("lr", lr > 0, lr),
            ("betas", 0 <= beta1 <= 1 and 0 <= beta2 < 1, betas),
            ("eps", eps >= 0, eps),
        ):
            if not ok:
                raise ValueError(f"{name}={value}")
        self.params = params
        self.lr, self.b1, self.b2, self.eps = lr, beta1, beta2, eps
        self.w1 = self.w2 = 0.0
        self.a = [0.0] * len(params)
        self.c = [0.0] * len(params)

    def step(self, grads):
        if len(grads) != len(self.params):
            raise ValueError(f"grads={len(grads)}, params={len(self.params)}")
        self.w1 = self.b1 * self.w1 + 1
        self.w2 = self.b2 * self.w2 + 1
        for k, g in enumerate(grads):
            self.a[k] = self.b1 * self.a[k] + g
            self.c[k] = self.b2 * self.c[k] + np.multiply(g, g, dtype=float)
            direction = self.a[k] / self.w1
            length = (self.c[k] / self.w2) ** 0.5
            self.params[k] -= self.lr * direction / (length + self.eps)
