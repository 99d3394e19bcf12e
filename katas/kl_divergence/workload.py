"""What is timed of the KL divergence: forward and backward, 256 rows of 100 probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up one batch; the function that comes back is what is timed."""
    loss = solution.KLDivLoss()
    log_q, p = np.log(rng.dirichlet(np.ones(100), size=256)), rng.dirichlet(np.ones(100), size=256)

    def run() -> None:
        loss.forward(log_q, p)
        loss.backward()

    return run
