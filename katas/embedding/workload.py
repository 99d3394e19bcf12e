"""What is timed of embedding: forward and backward of 8 sequences of 128 ids in a table of 5,000 rows of 64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import redraw


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a layer and its data; the function that comes back is what is timed."""
    layer = solution.Embedding(5000, 64, rng=rng)
    redraw(layer, rng, "weight")
    ids, d_out = rng.integers(0, 5000, (8, 128)), rng.normal(size=(8, 128, 64))

    def run() -> None:
        layer.forward(ids)
        layer.backward(d_out)

    return run
