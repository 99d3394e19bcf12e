"""What is timed of relu: forward and backward of 262,144 values, as after a convolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a layer and its data; the function that comes back is what is timed."""
    layer = solution.ReLU()
    x, d_out = rng.normal(size=(16, 16, 32, 32)), rng.normal(size=(16, 16, 32, 32))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)

    return run
