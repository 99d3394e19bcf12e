"""kl-divergence against `torch.nn.functional.kl_div` with `batchmean`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.kl_divergence import KLDivLoss

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Two distributions; zeros in p; a log_q that is not normalised."""

    def draw() -> Arrays:
        return {"log_q": np.log(rng.dirichlet(np.ones(4), size=3)), "p": rng.dirichlet(np.ones(4), size=3)}

    zeros = draw() | {"p": np.array([[0.0, 0.25, 0.75, 0.0], [0.0, 1.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]])}
    return {"plain": draw(), "zeros": zeros, "not normalised": draw() | {"log_q": rng.normal(size=(3, 4))}}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    log_q = torch.tensor(arrays["log_q"], requires_grad=True)
    loss = torch.nn.functional.kl_div(log_q, torch.tensor(arrays["p"]), reduction="batchmean")
    loss.backward()
    return {"loss": loss, "d_log_q": log_q.grad}


def by_reference(arrays: Arrays) -> Arrays:
    loss = KLDivLoss()
    return {"loss": np.asarray(loss.forward(arrays["log_q"], arrays["p"])), "d_log_q": loss.backward()}
