"""What is timed of LoRA: forward and backward, 256 rows, 256 features to 256, rank 8."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import redraw


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Set up a layer and its data; the function that comes back is what is timed."""
    layer = solution.LoRALinear(rng.normal(size=(256, 256)), rng.normal(size=256), rng=rng)
    redraw(layer, rng, "lora_a", "lora_b")
    x, d_out = rng.normal(size=(4, 64, 256)), rng.normal(size=(4, 64, 256))

    def run() -> None:
        layer.forward(x)
        layer.backward(d_out)

    return run
