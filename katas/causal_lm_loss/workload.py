"""What is timed of the causal language-model loss: forward and backward, 8 sequences of 64 tokens, 200 words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up one batch; the function that comes back is what is timed."""
    loss = solution.CausalLMLoss()
    logits, labels = rng.normal(size=(8, 64, 200)), rng.integers(0, 200, size=(8, 64))
    labels[:, :20] = -100

    def run() -> None:
        loss.forward(logits, labels)
        loss.backward()

    return run
