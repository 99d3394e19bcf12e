"""
defect: int8 and uint8 labels are turned into one-hot rows by comparing with an arange of their own dtype, which wraps around beyond its range
"""

import numpy as np


class CrossEntropyLoss:
    def forward(self, logits, targets):
        if logits.ndim != 2:
            raise ValueError("logits: %s" % (logits.shape,))
        N, C = logits.shape
        if targets.ndim == 1 and len(targets) == N and np.issubdtype(targets.dtype, np.integer):
            if N and (targets.min() < 0 or targets.max() >= C):
                raise ValueError("targets %s outside 0 .. %d" % (targets, C - 1))
            rows = np.zeros((N, C))
            rows[...] = targets[:, None] == np.arange(C).astype(targets.dtype)
        elif targets.shape == logits.shape:
            rows = targets.astype(np.float64)
        else:
            raise ValueError("targets %s (%s) for logits %s" % (targets.shape, targets.dtype, logits.shape))
        shifted = logits.astype(np.float64)
        shifted -= shifted.max(1, keepdims=True)
        self.log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
        self.rows = rows
        return -float(np.vdot(rows, self.log_p)) / N

    def backward(self):
        return (np.exp(self.log_p) - self.rows) / len(self.rows)
