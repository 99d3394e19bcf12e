"""Row by row."""

import numpy as np


class Softmax:
    def forward(self, x):
        self.shape = x.shape
        self.rows = []
        for row in x.reshape(-1, x.shape[-1]):
            powers = np.exp(row - row.max())
            self.rows.append(powers / powers.sum())
        return np.stack(self.rows).reshape(self.shape)

    def backward(self, d_out):
        answer = []
        for p, d in zip(self.rows, d_out.reshape(-1, self.shape[-1]), strict=True):
            answer.append(p * (d - np.dot(p, d)))
        return np.stack(answer).reshape(self.shape)
