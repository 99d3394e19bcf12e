"""Einsum with the ellipsis, after padding both to matrices."""

import numpy as np


def unbroadcast(grad, shape):
    try:
        fits = np.broadcast_shapes(shape, grad.shape) == grad.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"shape {shape} does not broadcast to {grad.shape}")
    padded = (1,) * (grad.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i in range(grad.ndim) if padded[i] != grad.shape[i])
    return np.reshape(np.sum(grad, axis=axes), shape)


def matmul_backward(d_out, a, b):
    A = a.reshape(1, -1) if a.ndim == 1 else a
    B = b.reshape(-1, 1) if b.ndim == 1 else b
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])
    G = np.reshape(d_out, (*batch, A.shape[-2], B.shape[-1]))
    dA = np.einsum("...ij,...kj->...ik", G, B)
    dB = np.einsum("...ik,...ij->...kj", A, G)
    return unbroadcast(dA, A.shape).reshape(a.shape), unbroadcast(dB, B.shape).reshape(b.shape)
