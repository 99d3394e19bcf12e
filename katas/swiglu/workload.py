"""What is timed of swiglu: forward and backward of 4 sequences of 32 tokens, 64 features, 172 hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import redraw


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a layer and its data; the function that comes back is what is timed."""
    layer = solution.SwiGLU(64, 172, rng=rng)
    redraw(layer, rng, "w1", "w2", "w3")
    x, d_out = rng.normal(size=(2, 4, 32, 64))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)

    return run
