"""What is timed of fully-connected-net: one loss with gradients, two hidden layers, batch norm and dropout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import redraw

RANDOM = True  # what comes back depends on the order of the random draws, which is up to the solution


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Prepare one batch; the returned function takes its loss and gradients, and predicts."""
    net = solution.FullyConnectedNet(64, [64, 32], 10, dropout=0.2, batchnorm=True, reg=0.1, rng=rng)
    redraw(net, rng, "params")
    x, t = rng.normal(size=(64, 64)), rng.integers(0, 10, size=64)

    def run() -> None:
        net.loss(x, t)
        net.predict(x)

    return run
