"""What is timed of rope: forward and backward of 4 x 8 heads, 256 positions, 64 features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a layer and its data; the function that comes back is what is timed."""
    layer = solution.RotaryEmbedding(64)
    x, d_out = rng.normal(size=(2, 4, 8, 256, 64))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)

    return run
