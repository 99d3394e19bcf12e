"""Everything is an einsum over named axes; the scale sits on the hidden activations."""

import numpy as np


class LoRALinear:
    def __init__(self, weight, bias=None, rank=8, alpha=16.0, rng=None):
        if not rank >= 1:
            raise ValueError(f"rank={rank!r} is below 1")
        if rng is None:
            rng = np.random.default_rng()
        self.weight = np.array(weight)
        self.bias = None if bias is None else np.array(bias)
        self.alpha, self.rank = alpha, rank
        self.lora_a = rng.standard_normal((weight.shape[0], rank)) * weight.shape[0] ** -0.5
        self.lora_b = np.zeros((rank, weight.shape[1]))

    def forward(self, x):
        self.x = x
        self.h = np.einsum("...i,ir->...r", x, self.lora_a) * (self.alpha / self.rank)
        y = np.einsum("...i,io->...o", x, self.weight) + np.einsum("...r,ro->...o", self.h, self.lora_b)
        return y if self.bias is None else y + self.bias

    def backward(self, d_out):
        d_h = np.einsum("...o,ro->...r", d_out, self.lora_b) * (self.alpha / self.rank)
        d_x = np.einsum("...o,io->...i", d_out, self.weight) + np.einsum("...r,ir->...i", d_h, self.lora_a)
        x, h, d_h, d = (v.reshape(-1, v.shape[-1]) for v in (self.x, self.h, d_h, d_out))
        return d_x, np.einsum("ni,nr->ir", x, d_h), np.einsum("nr,no->ro", h, d)

    def merge(self):
        return self.weight + np.einsum("ir,ro->io", self.lora_a, self.lora_b) * (self.alpha / self.rank)
