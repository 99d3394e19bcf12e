"""One entry at a time."""

import numpy as np


def causal_mask(q_len, k_len=None, window=None):
    if window is not None:
        if window < 1:
            raise ValueError(f"window must be 1 or more, not {window}")
    if k_len is None:
        k_len = q_len
    mask = np.zeros((q_len, k_len), dtype=bool)
    for i in range(q_len):
        own = i + k_len - q_len
        for j in range(k_len):
            behind = own - j
            if behind >= 0 and (window is None or behind < window):
                mask[i, j] = True
    return mask


def padding_mask(lengths, max_len):
    rows = []
    for length in lengths:
        if not 0 <= length <= max_len:
            raise ValueError(f"a length of {length} in lengths, max_len is {max_len}")
        rows.append([[position < length for position in range(max_len)]])
    return np.array(rows, dtype=bool).reshape(len(lengths), 1, max_len)
