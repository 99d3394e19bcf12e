"""np.interp for the straight parts: of the rate in the warm-up, of the angle after it."""

import numpy as np


def cosine_warmup(step, max_lr, min_lr, warmup_steps, total_steps):
    if not step >= 0:
        raise ValueError(f"step is {step}, below 0")
    if not 0 <= warmup_steps <= total_steps:
        raise ValueError(f"warmup_steps is {warmup_steps}, not within 0 and {total_steps}")
    if step < min(warmup_steps, total_steps):
        return float(np.interp(step, [0, warmup_steps], [0.0, max_lr]))
    if warmup_steps == total_steps:
        return float(min_lr)
    angle = np.interp(step, [warmup_steps, total_steps], [0.0, np.pi])
    return float((max_lr + min_lr) / 2 + (max_lr - min_lr) / 2 * np.cos(angle))
