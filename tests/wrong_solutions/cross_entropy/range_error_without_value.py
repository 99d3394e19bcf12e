"""
defect: the ValueError for indices out of range names neither argument nor value
"""

import math

import numpy as np


class CrossEntropyLoss:
    def forward(self, logits, targets):
        if logits.ndim != 2:
            raise ValueError(f"logits must be (N, C), got {logits.shape}")
        n, c = logits.shape
        if targets.shape == (n,):
            if targets.dtype.kind not in "iu":
                raise ValueError(f"targets of dtype {targets.dtype} are no class indices")
            if any(not 0 <= int(k) < c for k in targets):
                raise ValueError("out of range")
        elif targets.shape != (n, c):
            raise ValueError(f"targets of shape {targets.shape} do not fit logits {logits.shape}")
        self.grad = np.zeros((n, c))
        total = 0.0
        for r in range(n):
            z = [float(v) for v in logits[r]]
            if targets.ndim == 1:
                want = [float(k == int(targets[r])) for k in range(c)]
            else:
                want = [float(v) for v in targets[r]]
            top = max(z)
            norm = top + math.log(sum(math.exp(v - top) for v in z))
            for k in range(c):
                total += want[k] * (norm - z[k])
                self.grad[r, k] = (math.exp(z[k] - norm) - want[k]) / n
        return total / n

    def backward(self):
        return self.grad.copy()
