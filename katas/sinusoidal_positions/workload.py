"""What is timed of sinusoidal positions: 512 positions of 128 features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """The function that comes back is what is timed."""

    def run() -> None:
        solution.sinusoidal_positions(512, 128)

    return run
