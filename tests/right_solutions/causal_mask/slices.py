"""Row by row: each query sees one run of keys, from a first one to a last one."""

import numpy as np


def causal_mask(q_len, k_len=None, window=None):
    k_len = k_len if k_len is not None else q_len
    window = window if window is not None else max(q_len, k_len) + 1
    if window < 1:
        raise ValueError(f"window: {window} is below 1")
    mask = np.full((q_len, k_len), False)
    for row, stop in zip(mask, range(k_len - q_len + 1, k_len + 1)):
        row[max(stop - window, 0) : max(stop, 0)] = True
    return mask


def padding_mask(lengths, max_len):
    mask = np.full((len(lengths), 1, max_len), False)
    for row, length in zip(mask[:, 0], lengths):
        if length < 0 or length > max_len:
            raise ValueError(f"lengths: {length} is not in 0..{max_len}")
        row[:length] = True
    return mask
