"""What is timed of grouped-query attention: forward with a causal mask and backward, four sequences of 64 tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import redraw


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a layer, its mask and its data; the function that comes back is what is timed."""
    layer = solution.GroupedQueryAttention(64, 8, 2, rng=rng)
    redraw(layer, rng, "w_q", "w_k", "w_v", "w_o")
    x, d_out = rng.normal(size=(4, 64, 64)), rng.normal(size=(4, 64, 64))
    mask = np.tril(np.ones((64, 64), dtype=bool))

    def run() -> None:
        layer.forward(x, mask)
        layer.backward(d_out)

    return run
