"""A list of phases, each with its end and its rate; the first that has not ended yet counts."""

import math


def cosine_warmup(step, max_lr, min_lr, warmup_steps, total_steps):
    if step < 0:
        raise ValueError(f"{step=}")
    if warmup_steps not in range(total_steps + 1):
        raise ValueError(f"{warmup_steps=}, {total_steps=}")

    def warmup():
        return max_lr * (step / warmup_steps)

    def cosine():
        t = (step - warmup_steps) / (total_steps - warmup_steps)
        return min_lr + (max_lr - min_lr) * math.sin(math.pi / 2 * (1 - t)) ** 2

    phases = [(warmup_steps, warmup), (total_steps, cosine)]
    return next((rate() for end, rate in phases if step < end), float(min_lr))
