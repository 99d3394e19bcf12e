import numpy as np


class LayerNorm:
    def __init__(self, dim, eps=1e-5):
        self.gamma, self.beta, self.eps = np.ones(dim), np.zeros(dim), eps

    def forward(self, x):
        mean = lambda a: a.mean(axis=-1, keepdims=True)
        s = np.sqrt(mean((x - mean(x)) ** 2) + self.eps)
        h = (x - mean(x)) / s

        def back(d_out):
            g = d_out * self.gamma
            rows = lambda a: a.reshape(-1, a.shape[-1]).sum(0)
            return (g - mean(g) - h * mean(g * h)) / s, rows(d_out * h), rows(d_out)

        self.backward = back
        return h * self.gamma + self.beta

    def backward(self, d_out):
        raise RuntimeError("forward first")
