"""The training run in a hunt's file: three classes of points around three centres, with all options switched on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reference.fully_connected_net import FullyConnectedNet


def train() -> Iterator[float]:
    """Not part of the solution: learns to tell three groups of points apart. Yields the loss."""
    rng = np.random.default_rng(0)
    t = np.arange(90) % 3
    x = rng.normal(size=(90, 5)) + 2 * np.eye(3, 5)[t]
    net = FullyConnectedNet(5, (12, 10), 3, dropout=0.1, batchnorm=True, reg=0.01, weight_scale=0.5, rng=rng)
    for _ in range(150):
        loss, grads = net.loss(x, t)
        yield float(loss)
        for name, grad in grads.items():
            net.params[name] -= 0.3 * grad
