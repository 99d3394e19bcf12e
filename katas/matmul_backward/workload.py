"""What is timed of the backward pass of matmul: broadcast batches of 32x32 matrices, and a vector on the right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up the factors; the function that comes back is what is timed."""
    a, b, d_out = rng.normal(size=(8, 1, 32, 32)), rng.normal(size=(4, 32, 32)), rng.normal(size=(8, 4, 32, 32))
    vector, d_product = rng.normal(size=32), rng.normal(size=(8, 1, 32))

    def run() -> None:
        solution.matmul_backward(d_out, a, b)
        solution.matmul_backward(d_product, a, vector)
        solution.unbroadcast(d_out, (32, 1))

    return run
