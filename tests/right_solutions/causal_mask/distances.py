"""How far each key lies behind its query, as a table; a window without a limit is an infinite one."""

import numpy as np


def causal_mask(q_len, k_len=None, window=None):
    w = np.inf if window is None else window
    if w < 1:
        raise ValueError(f"window={window}: need at least 1")
    keys = q_len if k_len is None else k_len
    behind = np.subtract.outer(np.arange(keys - q_len, keys), np.arange(keys))
    return np.logical_and(behind >= 0, behind < w)


def padding_mask(lengths, max_len):
    lengths = np.array(lengths)
    outside = lengths[(lengths < 0) | (lengths > max_len)]
    if len(outside):
        raise ValueError(f"lengths={outside[0]}: need 0..{max_len}")
    places = np.broadcast_to(np.arange(max_len), (len(lengths), 1, max_len))
    return places < lengths.reshape(-1, 1, 1)
