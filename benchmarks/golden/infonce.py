"""infonce against `torch.nn.functional.normalize` and `cross_entropy`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.infonce import InfoNCELoss

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """A few pairs, a single pair, and a temperature at which nearly everything underflows."""

    def draw(n: int, temperature: float) -> Arrays:
        return {"a": rng.normal(size=(n, 3)), "b": rng.normal(size=(n, 3)), "temperature": np.array(temperature)}

    return {"plain": draw(4, 0.07), "single": draw(1, 0.5), "cold": draw(3, 0.01)}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    a, b = (torch.tensor(arrays[name], requires_grad=True) for name in ("a", "b"))
    unit_a, unit_b = (torch.nn.functional.normalize(x, dim=1) for x in (a, b))
    scores = unit_a @ unit_b.T / float(arrays["temperature"])
    own = torch.arange(len(a))
    loss = (torch.nn.functional.cross_entropy(scores, own) + torch.nn.functional.cross_entropy(scores.T, own)) / 2
    loss.backward()
    return {"loss": loss, "d_a": a.grad, "d_b": b.grad}


def by_reference(arrays: Arrays) -> Arrays:
    loss = InfoNCELoss(float(arrays["temperature"]))
    value = np.asarray(loss.forward(arrays["a"], arrays["b"]))
    d_a, d_b = loss.backward()
    return {"loss": value, "d_a": d_a, "d_b": d_b}
