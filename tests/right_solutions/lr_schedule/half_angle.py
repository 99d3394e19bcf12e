"""(1 + cos(2a)) / 2 is cos(a) squared, so the rate is a mixture of its two ends."""

from math import cos, pi


def cosine_warmup(step, max_lr, min_lr, warmup_steps, total_steps):
    for name, bad, value in (
        ("step", step < 0, step),
        ("warmup_steps", warmup_steps < 0 or warmup_steps > total_steps, warmup_steps),
    ):
        if bad:
            raise ValueError(f"{name} out of range: {value}")
    if step >= total_steps:
        share = 0.0
    elif step >= warmup_steps:
        share = cos(pi / 2 * (step - warmup_steps) / (total_steps - warmup_steps)) ** 2
    else:
        return max_lr * (1 - (warmup_steps - step) / warmup_steps)
    return share * max_lr + (1 - share) * min_lr
