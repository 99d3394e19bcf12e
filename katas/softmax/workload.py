"""What is timed of softmax: forward and backward of a 128 x 256 batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    layer = solution.Softmax()
    x, d_out = rng.normal(size=(128, 256)), rng.normal(size=(128, 256))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)

    return run
