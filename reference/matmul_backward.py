"""The backward pass of `np.matmul`, with all that it takes: vectors, batches, broadcast batches."""

from __future__ import annotations

import numpy as np


def unbroadcast(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum a gradient back to the shape that an array had before it was broadcast.

    An entry that broadcasting copied gets the gradients of all its copies, added up.

    Args:
        grad: the gradient with respect to the array after it was broadcast.
        shape: the shape of the array before; it must broadcast to `grad.shape`.

    Shape:
        returns `shape`, axes of size 1 included.

    Raises:
        ValueError: `shape` does not broadcast to `grad.shape`.
    """
    extra = grad.ndim - len(shape)
    if extra < 0 or any(size not in (1, full) for size, full in zip(shape, grad.shape[extra:], strict=True)):
        raise ValueError(f"shape must broadcast to the shape of grad, {grad.shape}, got {shape}")
    # axes that broadcasting put in front, and axes that it stretched from size 1
    stretched = [extra + axis for axis, size in enumerate(shape) if size == 1]
    return grad.sum(axis=(*range(extra), *stretched)).reshape(shape)


def matmul_backward(d_out: np.ndarray, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return `(d_a, d_b)` for `out = np.matmul(a, b)`.

    Args:
        d_out: the gradient of the loss with respect to `out`; for two vectors a number or a 0-d array.
        a: the left factor: a vector, a matrix, or a batch of matrices.
        b: the right factor: likewise; the batches of both may broadcast against each other.

    Shape:
        d_out: the shape of `np.matmul(a, b)`; returns the shapes of a and of b.
    """
    # matmul reads a vector on the left as a row, one on the right as a column, and drops that axis of the output
    left = a[None, :] if a.ndim == 1 else a
    right = b[:, None] if b.ndim == 1 else b
    d_out = np.asarray(d_out)
    d_out = d_out[..., None] if b.ndim == 1 else d_out
    d_out = d_out[..., None, :] if a.ndim == 1 else d_out
    # out_ij = sum_k a_ik b_kj:  d_a = d_out @ b^T,  d_b = a^T @ d_out
    d_a = unbroadcast(d_out @ right.swapaxes(-1, -2), left.shape)
    d_b = unbroadcast(left.swapaxes(-1, -2) @ d_out, right.shape)
    return d_a.reshape(a.shape), d_b.reshape(b.shape)
