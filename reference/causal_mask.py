"""Masks for attention: no look at the future, no look at padding. True means: may be attended."""

from __future__ import annotations

import numpy as np


def causal_mask(q_len: int, k_len: int | None = None, window: int | None = None) -> np.ndarray:
    """Allow each query its own position and the ones before it.

    The queries are the **last** `q_len` of the `k_len` positions: query i sits at key
    `i + k_len - q_len`. So a few new tokens see all of a cache. Where q_len > k_len, the first
    queries come before every key and see nothing.

    Args:
        q_len: number of queries.
        k_len: number of keys; None means `q_len`.
        window: how many keys a query may see at most, its own position included; None means all.
            Hugging Face counts like this, FlashAttention leaves the own position out.

    Shape:
        result `(q_len, k_len)`, boolean.

    Raises:
        ValueError: window is below 1; the message names it and its value.
    """
    if window is not None and window < 1:
        raise ValueError(f"window must be at least 1, got {window}")
    k_len = q_len if k_len is None else k_len
    # query i sits at key i + k_len - q_len
    own = np.arange(q_len)[:, None] + k_len - q_len
    key = np.arange(k_len)
    mask = key <= own
    if window is not None:
        # the window holds the keys own - window + 1, ..., own
        mask &= key > own - window
    return mask


def padding_mask(lengths: np.ndarray, max_len: int) -> np.ndarray:
    """Allow the first `lengths[n]` positions of sequence n, the same for all its queries.

    Args:
        lengths: how many tokens of each sequence are real.
        max_len: the length that all sequences are padded to.

    Shape:
        lengths `(N,)`, result `(N, 1, max_len)`, boolean; the middle axis broadcasts over the queries.

    Raises:
        ValueError: a length outside 0..max_len; the message names the argument and the value.
    """
    if np.any(lengths < 0) or np.any(lengths > max_len):
        raise ValueError(f"lengths must lie in 0..{max_len}, got {lengths}")
    real = np.arange(max_len) < lengths[:, None]
    return real[:, None, :]
