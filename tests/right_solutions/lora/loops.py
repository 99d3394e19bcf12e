"""Row by row and rank by rank: the update is a sum of outer products."""

import math

import numpy as np


class LoRALinear:
    def __init__(self, weight, bias=None, rank=8, alpha=16.0, rng=None):
        if rank < 1:
            raise ValueError(f"LoRA needs a rank of at least 1 (rank={rank})")
        rng = np.random.default_rng() if rng is None else rng
        self.weight, self.bias, self.rank, self.alpha = weight, bias, rank, alpha
        self.lora_a = rng.normal(0.0, 1.0 / math.sqrt(weight.shape[0]), (weight.shape[0], rank))
        self.lora_b = np.zeros((rank, weight.shape[1]))

    def forward(self, x):
        self.shape = x.shape
        self.rows = [row.copy() for row in x.reshape(-1, x.shape[-1])]
        out = np.empty((len(self.rows), self.weight.shape[1]))
        for i, row in enumerate(self.rows):
            out[i] = row @ self.weight
            if self.bias is not None:
                out[i] += self.bias
            for r in range(self.rank):
                out[i] += self.alpha / self.rank * (row @ self.lora_a[:, r]) * self.lora_b[r]
        return out.reshape(*x.shape[:-1], -1) if x.size else np.zeros((*x.shape[:-1], self.weight.shape[1]))

    def backward(self, d_out):
        s = self.alpha / self.rank
        d_a, d_b = np.zeros(self.lora_a.shape), np.zeros(self.lora_b.shape)
        d_x = np.zeros((len(self.rows), self.weight.shape[0]))
        for i, (row, d) in enumerate(zip(self.rows, d_out.reshape(-1, self.weight.shape[1]))):
            d_x[i] = self.weight @ d
            for r in range(self.rank):
                back = s * (d @ self.lora_b[r])
                d_a[:, r] += back * row
                d_b[r] += s * (row @ self.lora_a[:, r]) * d
                d_x[i] += back * self.lora_a[:, r]
        return d_x.reshape(self.shape), d_a, d_b

    def merge(self):
        total = self.weight.copy()
        for r in range(self.rank):
            total = total + self.alpha / self.rank * np.outer(self.lora_a[:, r], self.lora_b[r])
        return total
