"""What is timed of DPO: the log-probabilities of 8 sequences of 64 tokens, and the loss of 256 pairs with its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up the batches; the function that comes back is what is timed."""
    loss = solution.DPOLoss()
    logits, labels = rng.normal(size=(8, 64, 200)), rng.integers(0, 200, size=(8, 64))
    labels[:, :20] = -100
    pairs = [rng.normal(size=256) for _ in range(4)]

    def run() -> None:
        solution.sequence_log_prob(logits, labels)
        loss.forward(*pairs)
        loss.backward()

    return run
