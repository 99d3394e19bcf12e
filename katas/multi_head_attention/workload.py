"""What is timed of multi-head-attention: forward and backward of 4 sequences of 128 tokens, 64 features, 4 heads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import redraw


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a layer and its data; the function that comes back is what is timed."""
    layer = solution.MultiHeadAttention(64, 4, rng=rng)
    redraw(layer, rng, "w_q", "w_k", "w_v", "w_o")
    x, d_out = rng.normal(size=(2, 4, 128, 64))
    mask = np.tri(128, dtype=bool)

    def run() -> None:
        layer.forward(x, mask=mask)
        layer.backward(d_out)

    return run
