"""What is timed of transformer-block: forward and backward of 4 sequences of 64 tokens, 64 features, 4 heads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import redraw


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a block and its data; the function that comes back is what is timed."""
    block = solution.TransformerBlock(64, 4, rng=rng)
    redraw(block, rng, "params")
    x, d_out = rng.normal(size=(2, 4, 64, 64))
    mask = np.tri(64, dtype=bool)

    def run() -> None:
        block.forward(x, mask)
        block.backward(d_out)

    return run
