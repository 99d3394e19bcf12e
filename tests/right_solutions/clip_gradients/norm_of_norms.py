import numpy as np


def clip_grad_norm(grads, max_norm, eps=1e-6):
    if not max_norm > 0:
        raise ValueError(f"{max_norm=}")
    biggest = max([np.max(np.abs(g)) for g in grads if g.size] + [0.0]) or 1.0
    norm = float(biggest * np.linalg.norm([np.linalg.norm(g / biggest) for g in grads]))
    scale = min(1.0, max_norm / (norm + eps))
    for g in grads:
        g *= scale
    return norm
