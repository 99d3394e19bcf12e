"""math.hypot takes any number of arguments and does not overflow."""

import math


def clip_grad_norm(grads, max_norm, eps=1e-6):
    if max_norm <= 0:
        raise ValueError(f"max_norm must be positive, got {max_norm}")
    norm = math.hypot(*(math.hypot(*g.ravel().tolist()) for g in grads))
    if norm + eps > max_norm:
        for g in grads:
            g *= max_norm / (norm + eps)
    return norm
