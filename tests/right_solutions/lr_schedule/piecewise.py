"""One branch after the other."""

import math


def cosine_warmup(step, max_lr, min_lr, warmup_steps, total_steps):
    if step < 0:
        raise ValueError(f"step must be 0 or more, got {step}")
    if warmup_steps < 0:
        raise ValueError(f"warmup_steps must be 0 or more, got {warmup_steps}")
    if warmup_steps > total_steps:
        raise ValueError(f"warmup_steps must be at most total_steps, got {warmup_steps} > {total_steps}")
    if step >= total_steps:
        return min_lr
    elif step < warmup_steps:
        return step / warmup_steps * max_lr
    else:
        decay_ratio = (step - warmup_steps) / (total_steps - warmup_steps)
        coeff = 0.5 * (1.0 + math.cos(math.pi * decay_ratio))
        return min_lr + coeff * (max_lr - min_lr)
