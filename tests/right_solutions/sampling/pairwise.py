"""No sorting: a V x V table says which token comes before which, and a product with it gives ranks and masses."""

import numpy as np


def filter_probabilities(logits, temperature=1.0, top_k=None, top_p=None):
    for name, value, wrong in (
        ("temperature", temperature, temperature < 0),
        ("top_k", top_k, top_k is not None and top_k < 1),
        ("top_p", top_p, top_p is not None and not 0 < top_p <= 1),
    ):
        if wrong:
            raise ValueError(f"{name} = {value} is out of range")
    v = np.arange(logits.shape[-1])
    mine, other = logits[..., :, None], logits[..., None, :]
    # before[..., i, j]: token j comes before token i
    before = (other > mine) | ((other == mine) & (v[None, :] < v[:, None]))
    rank = before.sum(axis=-1)
    if temperature == 0:
        return np.where(rank == 0, 1.0, 0.0)
    p = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
    p = np.where(rank < (len(v) if top_k is None else top_k), p, 0)
    p = p / p.sum(axis=-1, keepdims=True)
    if top_p not in (None, 1):
        p = np.where((before @ p[..., None])[..., 0] < top_p, p, 0)
        p = p / p.sum(axis=-1, keepdims=True)
    return p


def sample(logits, temperature=1.0, top_k=None, top_p=None, rng=None):
    p = filter_probabilities(logits, temperature, top_k, top_p)
    if rng is None:
        rng = np.random.default_rng()
    return np.apply_along_axis(lambda row: rng.multinomial(1, row / row.sum()).argmax(), -1, p)
