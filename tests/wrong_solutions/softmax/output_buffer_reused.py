"""
defect: the output is the cache itself and reused by the next forward of the same shape
"""

import numpy as np


class Softmax:
    def forward(self, x):
        table = x.reshape(-1, x.shape[-1])
        if getattr(self, "probs", None) is None or self.probs.shape != table.shape or self.probs.dtype != table.dtype:
            self.probs = np.empty(table.shape, table.dtype)
        for r in range(len(table)):
            e = np.exp(table[r] - table[r].max())
            self.probs[r] = e / e.sum()
        return self.probs.reshape(x.shape)

    def backward(self, d_out):
        table = d_out.reshape(self.probs.shape)
        g = np.empty_like(table)
        for r, p in enumerate(self.probs):
            along = np.dot(p, table[r])
            g[r] = p * table[r] - p * along
        return g.reshape(d_out.shape)
