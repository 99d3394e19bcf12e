"""Divide with out= and where=, then an inner product."""

import numpy as np


class KLDivLoss:
    def forward(self, log_q, p):
        positive = p > 0
        difference = np.zeros(p.shape)
        np.log(p, out=difference, where=positive)
        np.subtract(difference, log_q, out=difference, where=positive)
        self.gradient = lambda: np.multiply(p, -1.0 / len(p))
        return np.einsum("nc,nc", p, difference) / len(p)

    def backward(self):
        return self.gradient()
