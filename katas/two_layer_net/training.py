"""The training run in a hunt's file: three classes of points around three centres."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reference.two_layer_net import TwoLayerNet


def train() -> Iterator[float]:
    """Not part of the solution: learns to tell three groups of points apart. Yields the loss."""
    rng = np.random.default_rng(0)
    t = np.arange(60) % 3
    x = rng.normal(size=(60, 4)) + 2 * np.eye(3, 4)[t]
    net = TwoLayerNet(4, 8, 3, weight_init_std=0.5, rng=rng)
    for _ in range(150):
        yield float(net.loss(x, t))
        for name, grad in net.gradient(x, t).items():
            net.params[name] -= 1.0 * grad
