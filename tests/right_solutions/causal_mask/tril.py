"""Two triangles: everything up to the own position, less everything that the window has left behind."""

import numpy as np


def causal_mask(q_len, k_len=None, window=None):
    if k_len is None:
        k_len = q_len
    if window is not None and window <= 0:
        raise ValueError(f"window = {window}, but it must be positive")
    own = k_len - q_len
    mask = np.tri(q_len, k_len, own, dtype=bool)
    return mask if window is None else mask & ~np.tri(q_len, k_len, own - window, dtype=bool)


def padding_mask(lengths, max_len):
    lengths = np.asarray(lengths)
    if lengths.size and lengths.min() < 0:
        raise ValueError(f"lengths must not be negative, got {lengths.min()}")
    if lengths.size and lengths.max() > max_len:
        raise ValueError(f"lengths must not exceed max_len = {max_len}, got {lengths.max()}")
    return np.less.outer(np.arange(max_len), lengths).T[:, None]
