"""What is timed of flatten: forward and backward of a few small images, many times over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    layer = solution.Flatten()
    x, d_out = rng.normal(size=(4, 3, 5, 5)), rng.normal(size=(4, 75))

    def run() -> None:
        for _ in range(20):
            layer.forward(x)
            layer.backward(d_out)

    return run
