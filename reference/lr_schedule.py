"""The learning-rate schedule of most language models: linear warm-up, then half a cosine."""

from __future__ import annotations

import math


def cosine_warmup(step: float, max_lr: float, min_lr: float, warmup_steps: int, total_steps: int) -> float:
    """The learning rate at a step.

    It rises in a straight line from 0 at step 0 to `max_lr` at `warmup_steps`, falls along half a cosine to
    `min_lr` at `total_steps`, and stays there.

    Args:
        step: how many steps have been taken, 0 or more; a fraction is fine.
        max_lr: the rate at the end of the warm-up.
        min_lr: the rate at the end.
        warmup_steps: length of the warm-up, from 0 (none at all) to `total_steps` (nothing else).
        total_steps: where the cosine ends, counted from step 0 like everything here. From this step on the rate is
            `min_lr`, even where the warm-up ends there too.

    Raises:
        ValueError: step is negative, or warmup_steps is outside 0..total_steps.
    """
    if step < 0:
        raise ValueError(f"step must not be negative, got {step}")
    if not 0 <= warmup_steps <= total_steps:
        raise ValueError(f"warmup_steps must be in 0..{total_steps}, got {warmup_steps}")
    if step >= total_steps:
        return float(min_lr)
    if step < warmup_steps:
        # lr = max_lr * step / warmup_steps
        return max_lr * step / warmup_steps
    # lr = min_lr + (max_lr - min_lr) (1 + cos(pi t)) / 2,  t from 0 to 1 between the two corners
    t = (step - warmup_steps) / (total_steps - warmup_steps)
    return min_lr + 0.5 * (max_lr - min_lr) * (1 + math.cos(math.pi * t))
