"""LoRA: a frozen linear layer with a trainable update of low rank."""

from __future__ import annotations

import numpy as np


class LoRALinear:
    """A frozen linear layer plus a low-rank update:

        y = x @ weight + bias + (alpha / rank) * x @ lora_a @ lora_b

    Attributes:
        weight: `(in_features, out_features)`, frozen. PyTorch stores the transpose.
        bias: `(out_features,)`, frozen, or None.
        lora_a: `(in_features, rank)`, drawn from N(0, 1 / in_features), the variance.
        lora_b: `(rank, out_features)`, zero at the start, so that the layer starts as the frozen one.
    """

    def __init__(
        self,
        weight: np.ndarray,
        bias: np.ndarray | None = None,
        rank: int = 8,
        alpha: float = 16.0,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Keep the frozen weight and bias, draw `lora_a`, and set `lora_b` to zero.

        Args:
            weight: the frozen weight, `(in_features, out_features)`; never changed.
            bias: the frozen bias, `(out_features,)`, or None for none; never changed.
            rank: the rank of the update, at least 1.
            alpha: the update is scaled by `alpha / rank`.
            rng: where `lora_a` is drawn from; None means `np.random.default_rng()`.

        Raises:
            ValueError: a rank below 1.
        """
        if rank < 1:
            raise ValueError(f"rank must be at least 1, got {rank}")
        rng = np.random.default_rng() if rng is None else rng
        in_features, out_features = weight.shape
        self.weight = weight
        self.bias = bias
        self.scale = alpha / rank
        self.lora_a = rng.normal(0.0, np.sqrt(1.0 / in_features), (in_features, rank))
        self.lora_b = np.zeros((rank, out_features))

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the frozen layer's output plus the update's, and remember what `backward` needs.

        Shape:
            x: `(..., in_features)`, any number of leading axes; returns `(..., out_features)`.
        """
        self._x = x
        # y = x W + s (x A) B: two thin products, the (in, out) update is never built
        out = x @ self.weight + self.scale * (x @ self.lora_a @ self.lora_b)
        return out if self.bias is None else out + self.bias

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return `(d_x, d_lora_a, d_lora_b)`; what is frozen gets no gradient.

        Shape:
            d_out: `(..., out_features)`, the gradient of the loss with respect to the output of the last `forward`.
            Each gradient has the shape of what it belongs to, and is summed over all leading axes.
        """
        in_features, out_features = self.weight.shape
        x, d_flat = self._x.reshape(-1, in_features), d_out.reshape(-1, out_features)
        # y = x W + s (x A) B
        d_hidden = self.scale * d_flat @ self.lora_b.T
        d_lora_b = self.scale * (x @ self.lora_a).T @ d_flat
        d_lora_a = x.T @ d_hidden
        d_x = d_flat @ self.weight.T + d_hidden @ self.lora_a.T
        return d_x.reshape(self._x.shape), d_lora_a, d_lora_b

    def merge(self) -> np.ndarray:
        """Return the one weight that does the same as the frozen weight and the update together.

        Shape:
            `(in_features, out_features)`, a new array; the layer stays as it is.
        """
        # x W + s (x A) B = x (W + s A B)
        return self.weight + self.scale * self.lora_a @ self.lora_b
