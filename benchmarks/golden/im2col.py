"""im2col and col2im against `torch.nn.functional.unfold` and `fold`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.im2col import col2im, im2col

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Windows that overlap, and a stride with padding."""
    x = rng.normal(size=(1, 2, 4, 4))
    return {
        "overlapping": {"x": x, "cols": rng.normal(size=(1, 8, 9)), "sizes": np.array([2, 1, 0])},
        "strided": {"x": x, "cols": rng.normal(size=(1, 18, 4)), "sizes": np.array([3, 2, 1])},
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    kernel_size, stride, padding = arrays["sizes"].tolist()
    options = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    unfolded = torch.nn.functional.unfold(torch.tensor(arrays["x"]), **options)
    folded = torch.nn.functional.fold(torch.tensor(arrays["cols"]), output_size=(4, 4), **options)
    return {"im2col": unfolded, "col2im": folded}


def by_reference(arrays: Arrays) -> Arrays:
    kernel_size, stride, padding = arrays["sizes"].tolist()
    return {
        "im2col": im2col(arrays["x"], kernel_size, stride, padding),
        "col2im": col2im(arrays["cols"], (1, 2, 4, 4), kernel_size, stride, padding),
    }
