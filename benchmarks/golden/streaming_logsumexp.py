"""streaming-logsumexp, fed in two blocks, against `torch.logsumexp` and `torch.softmax` of the whole rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.streaming_logsumexp import StreamingLogSumExp

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Ordinary scores, and rows far from 0 with some scores of -1e9 for hidden ones (JSON has no infinity)."""
    x = rng.normal(size=(3, 6)) + np.array([[1e4], [-1e4], [0.0]])
    x[:, 2:4] = -1e9
    return {"plain": {"x": rng.normal(size=(2, 3, 5))}, "far and hidden": {"x": x}}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    x = torch.tensor(arrays["x"])
    return {"value": torch.logsumexp(x, dim=-1), "probabilities": torch.softmax(x, dim=-1)}


def by_reference(arrays: Arrays) -> Arrays:
    x, stream = arrays["x"], StreamingLogSumExp()
    stream.update(x[..., :3])
    stream.update(x[..., 3:])
    return {"value": stream.value(), "probabilities": stream.probabilities(x)}
