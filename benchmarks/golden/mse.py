"""mse against `torch.nn.functional.mse_loss`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.mse import MSELoss

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """A matrix."""
    return {"plain": {name: rng.normal(size=(3, 4)) for name in ("prediction", "target")}}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    prediction = torch.tensor(arrays["prediction"], requires_grad=True)
    loss = torch.nn.functional.mse_loss(prediction, torch.tensor(arrays["target"]))
    loss.backward()
    return {"loss": loss, "d_prediction": prediction.grad}


def by_reference(arrays: Arrays) -> Arrays:
    layer = MSELoss()
    loss = layer.forward(arrays["prediction"], arrays["target"])
    return {"loss": np.asarray(loss), "d_prediction": layer.backward()}
