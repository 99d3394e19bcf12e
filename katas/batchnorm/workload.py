"""What is timed of batchnorm: a training step on 16 images of 16 x 14 x 14, and an evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    layer = solution.BatchNorm2d(16)
    x, d_out = rng.normal(size=(16, 16, 14, 14)), rng.normal(size=(16, 16, 14, 14))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)
        layer.forward(x, training=False)

    return run
