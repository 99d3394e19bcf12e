"""What is timed of rmsnorm: forward and backward of 8 sequences of 64 tokens with 256 features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a layer and its data; the function that comes back is what is timed."""
    layer = solution.RMSNorm(256)
    x, d_out = rng.normal(size=(2, 8, 64, 256))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)

    return run
