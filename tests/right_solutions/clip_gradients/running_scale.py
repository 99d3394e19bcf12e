"""BLAS's way: one pass over all numbers, with a scale that grows as larger ones come along."""

import math


def clip_grad_norm(grads, max_norm, eps=1e-6):
    if max_norm <= 0:
        raise ValueError("max_norm has to be > 0, not " + str(max_norm))
    scale, total = 0.0, 1.0
    for grad in grads:
        for value in grad.flat:
            size = abs(float(value))
            if size == 0.0:
                continue
            if size > scale:
                total = 1.0 + total * (scale / size) ** 2
                scale = size
            else:
                total += (size / scale) ** 2
    norm = scale * math.sqrt(total)
    factor = min(1.0, max_norm / (norm + eps))
    for grad in grads:
        for index in range(grad.size):
            grad.flat[index] = grad.flat[index] * factor
    return norm
