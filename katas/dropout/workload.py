"""What is timed of dropout: a training step and an evaluation of a 64 x 1024 batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

RANDOM = True  # what comes back depends on the order of the random draws, which is up to the solution


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    layer = solution.Dropout(0.5, rng=rng)
    x, d_out = rng.normal(size=(64, 1024)), rng.normal(size=(64, 1024))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)
        layer.forward(x, training=False)

    return run
