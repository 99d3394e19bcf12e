"""Finds the stretched axes by looking at the strides of a broadcast view."""

import numpy as np


def unbroadcast(grad, shape):
    grad = np.asarray(grad)
    marker = np.empty(shape, dtype=np.int8)
    try:
        view = np.broadcast_to(marker, grad.shape)
    except ValueError:
        raise ValueError(f"shape={shape} does not broadcast to {grad.shape}") from None
    lead = view.ndim - marker.ndim
    axes = [*range(lead), *(lead + i for i, n in enumerate(shape) if n == 1 and grad.shape[lead + i] != 1)]
    for axis in reversed(axes):
        grad = np.add.reduce(grad, axis=axis, keepdims=axis >= lead)
    return grad


def matmul_backward(d_out, a, b):
    vector_a, vector_b = a.ndim == 1, b.ndim == 1
    a = a[np.newaxis] if vector_a else a
    b = b[:, np.newaxis] if vector_b else b
    d = np.asarray(d_out)
    if vector_b:
        d = np.expand_dims(d, -1)
    if vector_a:
        d = np.expand_dims(d, -2)

    def transposed(m):
        return np.moveaxis(m, -1, -2)

    d_a = unbroadcast(d @ transposed(b), a.shape)
    d_b = unbroadcast(transposed(transposed(d) @ a), b.shape)
    return (d_a[0] if vector_a else d_a), (d_b[:, 0] if vector_b else d_b)
