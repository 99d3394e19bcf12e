"""Scatters with np.add.at: every entry of the broadcast array knows where it came from."""

import itertools

import numpy as np


def unbroadcast(grad, shape):
    lead = grad.ndim - len(shape)
    if lead < 0 or any(s not in (1, g) for s, g in zip(shape, grad.shape[lead:])):
        raise ValueError(f"grad of shape {grad.shape} cannot be summed to {shape}")
    out = np.zeros(shape)
    for index in itertools.product(*map(range, grad.shape)):
        target = tuple(0 if s == 1 else i for i, s in zip(index[lead:], shape))
        out[target] += grad[index]
    return out


def matmul_backward(d_out, a, b):
    a2, b2 = np.atleast_2d(a), (b[:, None] if b.ndim == 1 else b)
    batch = np.broadcast_shapes(a2.shape[:-2], b2.shape[:-2])
    rows, inner, columns = a2.shape[-2], a2.shape[-1], b2.shape[-1]
    d = np.asarray(d_out, dtype=float).reshape(*batch, rows, columns)
    big_a = np.broadcast_to(a2, (*batch, rows, inner))
    big_b = np.broadcast_to(b2, (*batch, inner, columns))
    d_a, d_b = np.zeros(big_a.shape), np.zeros(big_b.shape)
    for place in np.ndindex(*batch):
        d_a[place] = d[place] @ big_b[place].T
        d_b[place] = big_a[place].T @ d[place]
    return unbroadcast(d_a, a2.shape).reshape(a.shape), unbroadcast(d_b, b2.shape).reshape(b.shape)
