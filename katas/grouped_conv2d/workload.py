"""What is timed of grouped-conv2d: forward and backward of 3x3 kernels, 16 to 32 channels in 4 groups, four 32x32 images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a layer and its data; the function that comes back is what is timed."""
    layer = solution.Conv2d(16, 32, 3, padding=1, groups=4, rng=rng)
    x, d_out = rng.normal(size=(4, 16, 32, 32)), rng.normal(size=(4, 32, 32, 32))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)

    return run
