"""What is timed of computational-graph: a product and a sum of 256 x 256 arrays, there and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    product, total = solution.MulLayer(), solution.AddLayer()
    x, y, z, d_out = rng.normal(size=(4, 256, 256))

    def run() -> None:
        total.forward(product.forward(x, y), z)
        d_product, _ = total.backward(d_out)
        product.backward(d_product)

    return run
