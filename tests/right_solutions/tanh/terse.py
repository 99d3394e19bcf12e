import numpy as np


class Tanh:
    def forward(self, x):
        self.t = t = np.tanh(x)
        return t

    def backward(self, d_out):
        return (1 - self.t) * (1 + self.t) * d_out
