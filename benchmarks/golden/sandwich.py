"""sandwich against linear layers, batch norm and ReLU under autograd."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.sandwich import affine_bn_relu_backward, affine_bn_relu_forward, affine_relu_backward, affine_relu_forward

Arrays = dict[str, np.ndarray]

NAMES = ("x", "w", "b", "gamma", "beta")


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Batch norm in training and in test mode."""
    shapes = {"x": (4, 3), "w": (3, 2), "b": (2,), "gamma": (2,), "beta": (2,), "running_mean": (2,), "d_out": (4, 2)}
    return {
        mode: {name: rng.normal(size=shape) for name, shape in shapes.items()}
        | {"running_var": rng.uniform(0.5, 2.0, 2), "training": np.array(mode == "train")}
        for mode in ("train", "test")
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    values: dict[str, Any] = {}
    functional, d_out = torch.nn.functional, torch.tensor(arrays["d_out"])
    for kind in ("relu", "bn_relu"):
        t = {name: torch.tensor(arrays[name], requires_grad=True) for name in NAMES[: 3 if kind == "relu" else 5]}
        hidden = functional.linear(t["x"], t["w"].T, t["b"])
        if kind == "bn_relu":
            state = [torch.tensor(arrays[name]) for name in ("running_mean", "running_var")]
            hidden = functional.batch_norm(
                hidden, *state, t["gamma"], t["beta"], training=bool(arrays["training"]), momentum=0.1, eps=1e-5
            )
            values |= {"running_mean": state[0], "running_var": state[1]}
        out = functional.relu(hidden)
        out.backward(d_out)
        values |= {kind: out} | {f"{kind} d_{name}": value.grad for name, value in t.items()}
    return values


def by_reference(arrays: Arrays) -> Arrays:
    x, w, b, gamma, beta = (arrays[name] for name in NAMES)
    out, cache = affine_relu_forward(x, w, b)
    gradients = zip(NAMES[:3], affine_relu_backward(arrays["d_out"], cache), strict=True)
    values = {"relu": out} | {f"relu d_{name}": value for name, value in gradients}
    state: dict[str, Any] = {name: arrays[name] for name in ("running_mean", "running_var")}
    bn_param = state | {"mode": "train" if arrays["training"] else "test", "eps": 1e-5, "momentum": 0.1}
    out, cache = affine_bn_relu_forward(x, w, b, gamma, beta, bn_param)
    gradients = zip(NAMES, affine_bn_relu_backward(arrays["d_out"], cache), strict=True)
    values |= {"bn_relu": out} | {f"bn_relu d_{name}": value for name, value in gradients}
    return values | {name: bn_param[name] for name in ("running_mean", "running_var")}
