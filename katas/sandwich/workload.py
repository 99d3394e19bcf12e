"""What is timed of sandwich: both long sandwiches, forward and backward, 64 samples, 128 to 64 features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.testing import kept

RANDOM = True  # what comes back depends on the order of the random draws, which is up to the solution


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Prepare arguments; the returned function runs both sandwiches forward and backward once."""
    x, w, b = rng.normal(size=(64, 128)), rng.normal(size=(128, 64)), rng.normal(size=64)
    gamma, beta, d_out = rng.normal(size=64), rng.normal(size=64), rng.normal(size=(64, 64))
    dropout_param = {"p": 0.3, "mode": "train", "rng": rng}
    bn_param = {
        "mode": "train",
        "eps": 1e-5,
        "momentum": 0.1,
        "running_mean": np.zeros(64),
        "running_var": np.ones(64),
    }

    def run() -> None:
        cache = kept(solution.affine_relu_dropout_forward, 1)(x, w, b, dropout_param)[1]
        solution.affine_relu_dropout_backward(d_out, cache)
        cache = kept(solution.affine_bn_relu_forward, 1)(x, w, b, gamma, beta, bn_param)[1]
        solution.affine_bn_relu_backward(d_out, cache)

    return run
