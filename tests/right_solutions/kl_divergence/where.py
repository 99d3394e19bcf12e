"""np.where with safe stand-ins on both sides."""

import numpy as np


class KLDivLoss:
    def forward(self, log_q, p):
        self.p = p.copy()
        used = p != 0
        log_p = np.log(np.where(used, p, 1.0))
        gap = log_p - np.where(used, log_q, 0.0)
        return float(np.sum(p * gap) / p.shape[0])

    def backward(self):
        return self.p / -self.p.shape[0]
