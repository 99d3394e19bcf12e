"""two-layer-net against the same network under autograd."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.two_layer_net import TwoLayerNet

Arrays = dict[str, np.ndarray]

PARAMETERS = ("W1", "b1", "W2", "b2")


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Five samples of three classes."""
    shapes = {"x": (5, 4), "W1": (4, 3), "b1": (3,), "W2": (3, 3), "b2": (3,)}
    return {"plain": {name: rng.normal(size=shape) for name, shape in shapes.items()} | {"t": rng.integers(0, 3, 5)}}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    p = {name: torch.tensor(arrays[name], requires_grad=True) for name in PARAMETERS}
    linear = torch.nn.functional.linear
    hidden = torch.sigmoid(linear(torch.tensor(arrays["x"]), p["W1"].T, p["b1"]))
    scores = linear(hidden, p["W2"].T, p["b2"])
    loss = torch.nn.functional.cross_entropy(scores, torch.tensor(arrays["t"]))
    loss.backward()
    values = {"probabilities": torch.softmax(scores, dim=1), "loss": loss}
    return values | {f"d_{name}": value.grad for name, value in p.items()}


def by_reference(arrays: Arrays) -> Arrays:
    net = TwoLayerNet(4, 3, 3)
    net.params = {name: arrays[name] for name in PARAMETERS}
    x, t = arrays["x"], arrays["t"]
    values = {"probabilities": net.predict(x), "loss": np.asarray(net.loss(x, t))}
    return values | {f"d_{name}": value for name, value in net.gradient(x, t).items()}
