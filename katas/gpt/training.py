"""The training run in a hunt's file: a small model learns a nursery rhyme, character by character."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reference.gpt import GPT

TEXT = "one two three four five, once I caught a fish alive. six seven eight nine ten, then I let it go again. " * 2


def train() -> Iterator[float]:
    """Not part of the solution: learns to continue TEXT, with Adam. Yields the loss of each batch."""
    rng = np.random.default_rng(0)
    characters = sorted(set(TEXT))
    ids = np.array([characters.index(character) for character in TEXT])
    context = 16
    model = GPT(len(characters), context, 32, 4, 2, rng=rng)
    means = {name: np.zeros_like(value) for name, value in model.params.items()}
    squares = {name: np.zeros_like(value) for name, value in model.params.items()}
    for step in range(1, 201):
        places = rng.integers(0, len(ids) - context, size=(8, 1)) + np.arange(context)
        loss, grads = model.loss(ids[places], ids[places + 1])
        yield float(loss)
        for name, value in model.params.items():
            means[name] += 0.1 * (grads[name] - means[name])
            squares[name] += 0.01 * (grads[name] ** 2 - squares[name])
            value -= 0.01 * means[name] / (1 - 0.9**step) / (np.sqrt(squares[name] / (1 - 0.99**step)) + 1e-8)
