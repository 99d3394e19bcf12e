"""What is timed of bpe: training 100 merges on some 100 kB of made-up words, and encoding a part of the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def workload(solution: Any, rng: np.random.Generator) -> Callable[[], None]:
    """Make up a text; the function that comes back is what is timed."""
    syllables = ["".join(rng.choice(list("abcdefghiklmnorstu"), size=rng.integers(1, 4))) for _ in range(200)]
    vocabulary = ["".join(rng.choice(syllables, size=rng.integers(1, 5))) for _ in range(4000)]
    # word number r turns up in proportion to 1/r, as words do
    places = np.minimum(rng.zipf(1.3, size=17000), len(vocabulary)) - 1
    text = [vocabulary[place] for place in places]
    words: dict[str, int] = {}
    for word in text:
        words[word] = words.get(word, 0) + 1
    sentence = " ".join(text[:500])

    def run() -> None:
        merges = solution.train_bpe(words, 100)
        solution.BPE(merges).encode(sentence)

    return run
