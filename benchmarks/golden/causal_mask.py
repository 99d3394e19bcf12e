"""causal-mask against `torch.nn.attention.bias.causal_lower_right`, and against `tril` and `triu` for the window."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from reference.causal_mask import causal_mask, padding_mask

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """As many queries as keys, fewer and more, with a window and without; the lengths of a padded batch."""
    sizes = {"square": (4, 4, 4), "cache": (2, 5, 5), "one query": (1, 6, 2), "window": (5, 5, 3), "more queries": (5, 3, 2)}
    lengths = rng.integers(0, 6, size=4)
    return {name: {"sizes": np.array(three), "lengths": lengths} for name, three in sizes.items()}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    q_len, k_len, window = arrays["sizes"].tolist()
    ones = torch.ones(q_len, k_len, dtype=torch.bool)
    causal = ones.tril(k_len - q_len)
    if q_len <= k_len:  # PyTorch's own mask takes no more queries than keys; its weights show what it allows
        bias = import_module("torch.nn.attention.bias").causal_lower_right(q_len, k_len)
        q, k, v = torch.zeros(q_len, 1), torch.zeros(k_len, 1), torch.eye(k_len)
        causal = torch.nn.functional.scaled_dot_product_attention(q[None], k[None], v[None], attn_mask=bias)[0] > 0
    recent = ones.triu(k_len - q_len - window + 1)
    rows = [torch.ones(length) for length in arrays["lengths"].tolist()]
    padded = torch.nn.utils.rnn.pad_sequence([*rows, torch.ones(6)], batch_first=True)[:-1]
    return {"mask": causal & recent, "causal": causal, "padding": padded[:, None] > 0}


def by_reference(arrays: Arrays) -> Arrays:
    q_len, k_len, window = arrays["sizes"].tolist()
    return {
        "mask": causal_mask(q_len, k_len, window),
        "causal": causal_mask(q_len, k_len),
        "padding": padding_mask(arrays["lengths"], 6),
    }
