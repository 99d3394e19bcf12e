"""Cross-entropy minus entropy, each with its zeros left out."""

import numpy as np


class KLDivLoss:
    def forward(self, log_q, p):
        self.d = np.negative(p) / len(p)
        some = np.nonzero(p)
        weights = p[some]
        cross = -np.sum(weights * log_q[some])
        own = -np.sum(weights * np.log(weights))
        return (cross - own) / len(p)

    def backward(self):
        return self.d
