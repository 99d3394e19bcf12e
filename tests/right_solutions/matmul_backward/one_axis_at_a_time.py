"""Unbroadcasts axis by axis; one branch for each kind of operands."""

import numpy as np


def unbroadcast(grad, shape):
    if len(shape) > np.ndim(grad):
        raise ValueError(f"cannot reach shape {shape} from {np.shape(grad)}")
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if grad.shape[axis] == size:
            continue
        if size != 1:
            raise ValueError(f"cannot reach shape {shape}: axis {axis} has {grad.shape[axis]} entries")
        grad = grad.sum(axis=axis, keepdims=True)
    return grad


def matmul_backward(d_out, a, b):
    if a.ndim == 1 and b.ndim == 1:
        return d_out * b, d_out * a
    if a.ndim == 1:
        d_a = np.matmul(b, d_out[..., :, None])[..., 0]
        d_b = a[:, None] * d_out[..., None, :]
    elif b.ndim == 1:
        d_a = d_out[..., :, None] * b
        d_b = np.matmul(np.swapaxes(a, -1, -2), d_out[..., :, None])[..., 0]
    else:
        d_a = np.matmul(d_out, np.swapaxes(b, -1, -2))
        d_b = np.matmul(np.swapaxes(a, -1, -2), d_out)
    return unbroadcast(d_a, a.shape), unbroadcast(d_b, b.shape)
