"""Two small linear layers in a row beside the frozen one, each with its own backward."""

import numpy as np


class Matrix:
    def __init__(self, w):
        self.w = w

    def forward(self, x):
        self.x = x
        return x @ self.w

    def backward(self, d):
        axes = tuple(range(d.ndim - 1))
        return d @ self.w.T, np.tensordot(self.x, d, axes=(axes, axes))


class LoRALinear:
    def __init__(self, weight, bias=None, rank=8, alpha=16.0, rng=None):
        if rank < 1:
            raise ValueError(f"rank must be positive, got {rank}")
        rng = np.random.default_rng() if rng is None else rng
        self.weight, self.bias = weight, bias
        self.s = alpha / rank
        n_in, n_out = weight.shape
        self.lora_a = rng.normal(size=(n_in, rank)) / np.sqrt(n_in)
        self.lora_b = np.zeros((rank, n_out))

    def forward(self, x):
        self.down, self.up = Matrix(self.lora_a), Matrix(self.lora_b)
        update = self.up.forward(self.down.forward(x))
        y = np.matmul(x, self.weight) + self.s * update
        if self.bias is not None:
            y = y + self.bias
        return y

    def backward(self, d_out):
        d_hidden, d_b = self.up.backward(self.s * d_out)
        d_x, d_a = self.down.backward(d_hidden)
        return d_x + d_out @ self.weight.T, d_a, d_b

    def merge(self):
        return self.weight + self.s * np.dot(self.lora_a, self.lora_b)
