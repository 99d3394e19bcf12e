"""What is timed of batchnorm1d: a training step on a batch of 128 x 256, and an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    layer = solution.BatchNorm1d(256)
    x, d_out = rng.normal(size=(128, 256)), rng.normal(size=(128, 256))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)
        layer.forward(x, training=False)

    return run
