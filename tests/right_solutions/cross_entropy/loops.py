"""Cross-entropy with explicit loops over samples and classes."""

import math

import numpy as np


class CrossEntropyLoss:
    def forward(self, logits, targets):
        if logits.ndim != 2:
            raise ValueError(f"logits must be (N, C), got shape {logits.shape}")
        n, c = logits.shape
        if targets.shape not in ((n,), (n, c)):
            raise ValueError(f"targets has shape {targets.shape}, logits {logits.shape}")
        total = 0.0
        self.grad = np.empty(logits.shape, dtype=logits.dtype)
        for i in range(n):
            row = [float(v) for v in logits[i]]
            if targets.ndim == 1:
                k = int(targets[i])
                if targets.dtype.kind not in "iu" or not 0 <= k < c:
                    raise ValueError(f"targets holds {targets[i]}, which is no class of 0..{c - 1}")
                wanted = [1.0 if j == k else 0.0 for j in range(c)]
            else:
                wanted = [float(v) for v in targets[i]]
            top = max(row)
            log_sum = top + math.log(sum(math.exp(v - top) for v in row))
            for j in range(c):
                log_p = row[j] - log_sum
                total -= wanted[j] * log_p
                self.grad[i, j] = (math.exp(log_p) - wanted[j]) / n
        return total / n

    def backward(self):
        return self.grad.copy()
