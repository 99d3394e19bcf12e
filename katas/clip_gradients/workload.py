"""What is timed of clip-gradients: the gradients of a small network, about 100,000 numbers together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up the gradients; the function that comes back is what is timed."""
    grads = [rng.normal(size=shape) for shape in [(256, 256), (256,), (256, 128), (128,)]]

    def run() -> None:
        for _ in range(5):
            solution.clip_grad_norm([grad.copy() for grad in grads], 1.0)

    return run
