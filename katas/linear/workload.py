"""What is timed of linear: one training step's forward and backward on a batch of 256, 512 to 256 features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import redraw


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a layer and its data; the function that comes back is what is timed."""
    layer = solution.Linear(512, 256, rng=rng)
    redraw(layer, rng, "weight", "bias")
    x, d_out = rng.normal(size=(256, 512)), rng.normal(size=(256, 256))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)

    return run
