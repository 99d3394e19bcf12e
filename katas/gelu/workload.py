"""What is timed of gelu: forward and backward of 64 x 256 numbers, in both forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up both layers and their data; the function that comes back is what is timed."""
    layers = [solution.GELU(), solution.GELU("tanh")]
    x, d_out = rng.normal(size=(2, 64, 256))

    def run() -> None:
        for layer in layers:
            layer.forward(x)
            layer.backward(d_out)

    return run
