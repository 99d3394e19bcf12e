"""
defect: rows of targets are divided by their largest entry before use, which changes true probabilities only
"""

import numpy as np


def log_sum_exp(z):
    m = z.max(axis=1)
    return m + np.log(np.exp(z - m[:, None]).sum(axis=1))


class CrossEntropyLoss:
    def forward(self, logits, targets):
        if np.ndim(logits) != 2:
            raise ValueError(f"logits have shape {np.shape(logits)}")
        self.z = np.array(logits, dtype=float)
        n, c = self.z.shape
        if targets.ndim == 1:
            if targets.shape != (n,) or targets.dtype.kind not in "iu" or np.any((targets < 0) | (targets >= c)):
                raise ValueError(f"targets {targets!r} are not {n} indices below {c}")
            self.t = targets.astype(int)
            wanted = self.z[range(n), self.t]
        else:
            if targets.shape != (n, c):
                raise ValueError(f"targets have shape {targets.shape}, logits {(n, c)}")
            self.t = targets / targets.max(axis=1, keepdims=True)
            wanted = np.einsum("nc,nc->n", self.t, self.z)
        return float(np.mean(log_sum_exp(self.z) - wanted))

    def backward(self):
        p = np.exp(self.z - log_sum_exp(self.z)[:, None])
        if self.t.ndim == 1:
            p[np.arange(len(p)), self.t] -= 1
        else:
            p -= self.t
        p /= len(p)
        return p
