"""What is timed of im2col: both functions on 4 images of 8 x 28 x 28, with a 3 x 3 kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    x = rng.normal(size=(4, 8, 28, 28))
    cols = rng.normal(size=(4, 8 * 3 * 3, 28 * 28))

    def run() -> None:
        solution.im2col(x, 3, stride=1, padding=1)
        solution.col2im(cols, x.shape, 3, stride=1, padding=1)

    return run
