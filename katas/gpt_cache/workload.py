"""What is timed of gpt-cache: 24 steps of one token for 8 sequences, after 8 others, 32 features, 2 blocks of 4 heads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a model and tokens; the function that comes back is what is timed."""
    model = solution.GPT(64, 32, 32, 4, 2, rng=rng)
    ids = rng.integers(0, 64, size=(8, 32))

    def run() -> None:
        _, cache = model.step(ids[:, :8])
        for place in range(8, 32):
            _, cache = model.step(ids[:, place : place + 1], cache)

    return run
