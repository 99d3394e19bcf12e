"""What is timed of adamw: ten steps over the parameters of a small network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Return the timed run: ten steps over four arrays, about 100 000 numbers together."""
    shapes = [(256, 256), (256,), (256, 128), (128,)]
    optimiser = solution.AdamW([rng.normal(size=shape) for shape in shapes])
    grads = [rng.normal(size=shape) for shape in shapes]

    def run() -> None:
        for _ in range(10):
            optimiser.step(grads)

    return run
