"""What is timed of GRPO: the advantages of 8 groups, and the loss of 64 sequences of 128 tokens with its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a batch of groups; the function that comes back is what is timed."""
    loss = solution.GRPOLoss()
    rewards, advantages = rng.normal(size=(8, 8)), rng.normal(size=64)
    log_probs, old_log_probs, reference_log_probs = (rng.normal(size=(64, 128)) for _ in range(3))
    mask = np.arange(128) < rng.integers(1, 129, size=(64, 1))

    def run() -> None:
        solution.group_advantages(rewards)
        loss.forward(log_probs, old_log_probs, reference_log_probs, advantages, mask)
        loss.backward()

    return run
