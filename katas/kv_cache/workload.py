"""What is timed of kv-cache: a prompt of 64 tokens, then 64 tokens one by one, of 64 features and 4 heads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import redraw


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a layer and its data; the function that comes back is what is timed."""
    layer = solution.CachedAttention(64, 4, rng=rng)
    redraw(layer, rng, "w_q", "w_k", "w_v", "w_o")
    x = rng.normal(size=(2, 128, 64))

    def run() -> None:
        _, cache = layer.step(x[:, :64])
        for place in range(64, 128):
            _, cache = layer.step(x[:, place : place + 1], cache)

    return run
