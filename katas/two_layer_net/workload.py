"""What is timed of two-layer-net: one gradient of 64 samples, 100 features, 64 hidden units, 10 classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import redraw


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Prepare one batch; the returned function takes its gradient and its loss."""
    net = solution.TwoLayerNet(100, 64, 10, rng=rng)
    redraw(net, rng, "params")
    x, t = rng.normal(size=(64, 100)), rng.integers(0, 10, size=64)

    def run() -> None:
        net.gradient(x, t)
        net.loss(x, t)

    return run
