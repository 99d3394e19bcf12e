"""Works with the classes in front, so that no keepdims is needed."""

import numpy as np


class Softmax:
    def forward(self, x):
        scores = np.moveaxis(x, -1, 0)
        scores = scores - scores.max(axis=0)
        self.p = np.exp(scores) / np.exp(scores).sum(axis=0)
        return np.moveaxis(self.p, 0, -1)

    def backward(self, d_out):
        d = np.moveaxis(d_out, -1, 0)
        d_scores = self.p * (d - (self.p * d).sum(axis=0))
        return np.moveaxis(d_scores, 0, -1)
