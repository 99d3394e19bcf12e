"""What is timed of gpt: loss and gradients of 8 sequences of 32 tokens, 32 features, 2 blocks of 4 heads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import redraw


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a model and a batch; the function that comes back is what is timed."""
    model = solution.GPT(64, 32, 32, 4, 2, rng=rng)
    redraw(model, rng, "params")
    ids, targets = rng.integers(0, 64, size=(2, 8, 32))

    def run() -> None:
        model.loss(ids, targets)

    return run
