"""Everything laid out in one vector, scaled by a power of two so that squares stay finite."""

import numpy as np


def clip_grad_norm(grads, max_norm, eps=1e-6):
    if not max_norm > 0:
        raise ValueError(f"max_norm={max_norm} is not positive")
    flat = np.concatenate([np.ravel(g) for g in grads]) if len(grads) else np.zeros(0)
    _, exponent = np.frexp(np.max(np.abs(flat), initial=0.0))
    total = float(np.ldexp(np.linalg.norm(np.ldexp(flat, -exponent)), exponent))
    coefficient = max_norm / (total + eps)
    if coefficient < 1:
        for g in grads:
            np.multiply(g, coefficient, out=g)
    return total
