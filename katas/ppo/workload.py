"""What is timed of PPO: the advantages of 128 steps in 16 environments, and the loss of all of them with its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a rollout; the function that comes back is what is timed."""
    loss = solution.PPOLoss()
    rewards, values, log_probs, old_log_probs = (rng.normal(size=(128, 16)) for _ in range(4))
    dones, last_value = rng.random(size=(128, 16)) < 0.05, rng.normal(size=16)
    advantages = rng.normal(size=(128, 16))

    def run() -> None:
        solution.gae(rewards, values, dones, last_value)
        loss.forward(log_probs, old_log_probs, advantages)
        loss.backward()

    return run
