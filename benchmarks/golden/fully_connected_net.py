"""fully-connected-net against the same network under autograd, with batch norm and an L2 penalty."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.fully_connected_net import FullyConnectedNet

Arrays = dict[str, np.ndarray]

REG = 0.1


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Two hidden layers, without batch norm and with it."""
    return {
        name: {key: rng.normal(size=value.shape) for key, value in _net(batchnorm).params.items()}
        | {"x": rng.normal(size=(4, 3)), "t": rng.integers(0, 2, 4)}
        for name, batchnorm in (("plain", False), ("batch norm", True))
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    p = {name: torch.tensor(value, requires_grad=True) for name, value in arrays.items() if name not in ("x", "t")}
    functional, hidden = torch.nn.functional, torch.tensor(arrays["x"])
    for i in (1, 2):
        hidden = functional.linear(hidden, p[f"W{i}"].T, p[f"b{i}"])
        if "gamma1" in p:
            hidden = functional.batch_norm(hidden, None, None, p[f"gamma{i}"], p[f"beta{i}"], training=True, eps=1e-5)
        hidden = functional.relu(hidden)
    loss = functional.cross_entropy(functional.linear(hidden, p["W3"].T, p["b3"]), torch.tensor(arrays["t"]))
    loss = loss + 0.5 * REG * sum(p[f"W{i}"].square().sum() for i in (1, 2, 3))
    loss.backward()
    # biases before batch norm have a gradient of 0, but for rounding
    return {"loss": loss} | {f"d_{name}": value.grad for name, value in p.items()}


def by_reference(arrays: Arrays) -> Arrays:
    net = _net("gamma1" in arrays)
    net.params = {name: arrays[name] for name in net.params}
    loss, grads = net.loss(arrays["x"], arrays["t"])
    return {"loss": np.asarray(loss)} | {f"d_{name}": value for name, value in grads.items()}


def _net(batchnorm: bool) -> FullyConnectedNet:
    return FullyConnectedNet(3, (4, 3), 2, batchnorm=batchnorm, reg=REG)
