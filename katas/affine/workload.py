"""What is timed of affine: forward and backward of 64 small images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import redraw


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    layer = solution.Affine(3 * 12 * 12, 100, rng=rng)
    redraw(layer, rng, "weight", "bias")
    x, d_out = rng.normal(size=(64, 3, 12, 12)), rng.normal(size=(64, 100))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)

    return run
