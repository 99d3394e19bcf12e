"""One row at a time, in plain Python."""

import math

import numpy as np


def _row(logits, temperature, top_k, top_p):
    ids = sorted(range(len(logits)), key=lambda i: (-logits[i], i))
    if temperature == 0:
        ids = ids[:1]
        temperature = 1
    best = logits[ids[0]]
    mass = {i: math.exp((logits[i] - best) / temperature) for i in ids}
    if top_k is not None:
        ids = ids[:top_k]
    total = math.fsum(mass[i] for i in ids)
    if top_p is not None and top_p != 1:
        kept, so_far = [], 0.0
        for i in ids:
            if so_far >= top_p:
                break
            kept.append(i)
            so_far += mass[i] / total
        ids = kept
        total = math.fsum(mass[i] for i in ids)
    row = [0.0] * len(logits)
    for i in ids:
        row[i] = mass[i] / total
    return row


def filter_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    if temperature < 0:
        raise ValueError(f"negative temperature: {temperature}")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k below 1: {top_k}")
    if top_p is not None and not (0 < top_p <= 1):
        raise ValueError(f"top_p not in (0, 1]: {top_p}")
    rows = [_row(row.tolist(), temperature, top_k, top_p) for row in logits.reshape(-1, logits.shape[-1])]
    return np.array(rows).reshape(logits.shape)


def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    p = filter_probabilities(logits, temperature, top_k, top_p)
    out = np.zeros(logits.shape[:-1], dtype=int)
    for where in np.ndindex(*out.shape):
        u = rng.random()
        last = 0
        for token, chance in enumerate(p[where]):
            if chance > 0:
                last = token
                u -= chance
                if u < 0:
                    break
        out[where] = last
    return out if out.ndim else int(out)
