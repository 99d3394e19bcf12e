"""What is timed of tanh: forward and backward of a 128 x 512 batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    layer = solution.Tanh()
    x, d_out = 3.0 * rng.normal(size=(128, 512)), rng.normal(size=(128, 512))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)

    return run
