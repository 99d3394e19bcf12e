"""Runs on the merged weight; the gradients of both factors come from the full weight's gradient."""

import numpy as np


class LoRALinear:
    def __init__(self, weight, bias=None, rank=8, alpha=16.0, rng=None):
        if rank <= 0:
            raise ValueError("rank must be >= 1, not %d" % rank)
        generator = rng if rng is not None else np.random.default_rng()
        self.weight = weight
        self.bias = bias
        self.factor = float(alpha) / float(rank)
        fan_in = weight.shape[0]
        self.lora_a = generator.normal(loc=0.0, scale=(1.0 / fan_in) ** 0.5, size=(fan_in, rank))
        self.lora_b = np.zeros(shape=(rank, weight.shape[1]))

    def merge(self):
        merged = self.factor * (self.lora_a @ self.lora_b)
        merged += self.weight
        return merged

    def forward(self, x):
        self.x = x.copy()
        out = x @ self.merge()
        if self.bias is not None:
            out += self.bias
        return out

    def backward(self, d_out):
        w = self.merge()
        d_x = d_out @ w.T
        d_w = self.x.reshape(-1, w.shape[0]).T @ d_out.reshape(-1, w.shape[1])
        return d_x, self.factor * d_w @ self.lora_b.T, self.factor * self.lora_a.T @ d_w
