"""matmul-backward against `torch.matmul` and `torch.Tensor.expand`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.matmul_backward import matmul_backward, unbroadcast

Arrays = dict[str, np.ndarray]
SHAPES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "vectors": ((3,), (3,)),
    "vector left": ((3,), (3, 2)),
    "vector right": ((2, 3), (3,)),
    "vector and batch": ((3,), (2, 3, 4)),
    "batch and vector": ((2, 4, 3), (3,)),
    "square": ((3, 3), (3, 3)),
    "batch": ((2, 3, 4), (2, 4, 2)),
    "batch and matrix": ((2, 3, 4), (4, 2)),
    "matrix and batch": ((3, 4), (2, 4, 2)),
    "stretched": ((1, 3, 4), (3, 4, 2)),
    "both stretched": ((2, 1, 3, 4), (3, 4, 2)),
    "ones": ((2, 1, 1, 3), (1, 2, 3, 1)),
}


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Twelve pairs of shapes."""

    def draw(a: tuple[int, ...], b: tuple[int, ...]) -> Arrays:
        left, right = rng.normal(size=a), rng.normal(size=b)
        return {"a": left, "b": right, "d_out": rng.normal(size=np.matmul(left, right).shape)}

    return {name: draw(a, b) for name, (a, b) in SHAPES.items()}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    a, b = (torch.tensor(arrays[name], requires_grad=True) for name in ("a", "b"))
    torch.matmul(a, b).backward(torch.tensor(arrays["d_out"]))
    column = torch.zeros(arrays["a"].shape[-1:], requires_grad=True)
    column.expand(arrays["a"].shape).backward(torch.tensor(arrays["a"]))
    return {"d_a": a.grad, "d_b": b.grad, "unbroadcast": column.grad}


def by_reference(arrays: Arrays) -> Arrays:
    d_a, d_b = matmul_backward(arrays["d_out"], arrays["a"], arrays["b"])
    return {"d_a": d_a, "d_b": d_b, "unbroadcast": unbroadcast(arrays["a"], arrays["a"].shape[-1:])}
