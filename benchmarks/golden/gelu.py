"""gelu against `torch.nn.functional.gelu`, in both forms."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.gelu import GELU

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """The exact form and the tanh form."""
    return {
        form: {"x": 3.0 * rng.normal(size=(3, 4)), "d_out": rng.normal(size=(3, 4)), "tanh": np.array(form == "tanh")}
        for form in ("none", "tanh")
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    x = torch.tensor(arrays["x"], requires_grad=True)
    out = torch.nn.functional.gelu(x, approximate=_form(arrays))
    out.backward(torch.tensor(arrays["d_out"]))
    return {"out": out, "d_x": x.grad}


def by_reference(arrays: Arrays) -> Arrays:
    layer = GELU(_form(arrays))
    return {"out": layer.forward(arrays["x"]), "d_x": layer.backward(arrays["d_out"])}


def _form(arrays: Arrays) -> str:
    return "tanh" if arrays["tanh"] else "none"
