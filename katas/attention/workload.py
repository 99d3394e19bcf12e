"""What is timed of attention: forward and backward of 4 x 4 heads, 128 tokens of 32 features, with a causal mask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a layer and its data; the function that comes back is what is timed."""
    layer = solution.ScaledDotProductAttention()
    q, k, v, d_out = rng.normal(size=(4, 4, 4, 128, 32))
    mask = np.tri(128, dtype=bool)

    def run() -> None:
        layer.forward(q, k, v, mask)
        layer.backward(d_out)

    return run
