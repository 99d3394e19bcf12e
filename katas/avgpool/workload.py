"""What is timed of avgpool: forward and backward on 8 images of 16 x 28 x 28, windows apart and overlapping."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    apart, overlapping = solution.AvgPool2d(2), solution.AvgPool2d(3, stride=2)
    x = rng.normal(size=(8, 16, 28, 28))
    d_apart, d_overlapping = rng.normal(size=(8, 16, 14, 14)), rng.normal(size=(8, 16, 13, 13))

    def run() -> None:
        apart.forward(x)
        apart.backward(d_apart)
        overlapping.forward(x)
        overlapping.backward(d_overlapping)

    return run
