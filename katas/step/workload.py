"""What is timed of step: one call on a 512 x 1024 array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    x = rng.normal(size=(512, 1024))

    def run() -> None:
        solution.step(x)

    return run
