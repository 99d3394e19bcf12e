"""lr-schedule against `torch.optim.lr_scheduler.CosineAnnealingLR`, after a straight line; up to the end only."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.lr_schedule import cosine_warmup

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """The example of the statement, and training without a warm-up."""
    options = {"example": [1.0, 0.1, 7, 21], "no warm-up": [0.3, 0.02, 0, 9]}
    return {name: {"options": np.array(values)} for name, values in options.items()}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    max_lr, min_lr, warmup_steps, total_steps = arrays["options"].tolist()
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=max_lr)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, int(total_steps - warmup_steps), eta_min=min_lr)
    falling = [cosine.get_last_lr()[0]]
    for _ in range(int(total_steps - warmup_steps)):
        optimiser.step()
        cosine.step()
        falling += cosine.get_last_lr()
    # PyTorch's LinearLR cannot start at 0, and its cosine rises again after the end
    line = torch.linspace(0.0, max_lr, int(warmup_steps) + 1)[:-1]
    return {"rates": torch.cat([line, torch.tensor(falling)])}


def by_reference(arrays: Arrays) -> Arrays:
    max_lr, min_lr, warmup_steps, total_steps = arrays["options"].tolist()
    steps = range(int(total_steps) + 1)
    return {"rates": np.array([cosine_warmup(step, max_lr, min_lr, int(warmup_steps), int(total_steps)) for step in steps])}
