"""Splits at the pair and joins again: a merge is `split` on a separator of tuples, and encoding calls itself."""

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise


def merged(tokens, pair):
    for i in range(len(tokens) - 1):
        if tokens[i : i + 2] == pair:
            return tokens[:i] + (tokens[i] + tokens[i + 1],) + merged(tokens[i + 2 :], pair)
    return tokens


def train_bpe(words, num_merges):
    split = {word: tuple(bytes([b]) for b in word.encode()) for word in words}
    counts = Counter()
    for word, tokens in split.items():
        for pair in pairwise(tokens):
            counts[pair] += words[word]
    merges = []
    for _ in range(num_merges):
        if not counts:
            break
        pair = max(zip(counts.values(), counts.keys()))[1]
        merges.append(pair)
        for word, tokens in split.items():
            if pair[0] not in tokens:
                continue
            new = merged(tokens, pair)
            if new == tokens:
                continue
            counts.subtract(Counter({p: n * words[word] for p, n in Counter(pairwise(tokens)).items()}))
            counts.update(Counter({p: n * words[word] for p, n in Counter(pairwise(new)).items()}))
            split[word] = new
        counts = Counter({p: n for p, n in counts.items() if n > 0})
    return merges


class BPE:
    def __init__(self, merges):
        self.order = {}
        self.vocab = [bytes([b]) for b in range(256)]
        for n, (a, b) in enumerate(merges):
            self.vocab.append(a + b)
            if (a, b) not in self.order:
                self.order[a, b] = n
        self.piece = lru_cache(maxsize=None)(self._piece)

    def _piece(self, piece):
        tokens = tuple(bytes([b]) for b in piece.encode())
        while True:
            known = sorted((self.order[p], p) for p in pairwise(tokens) if p in self.order)
            if not known:
                return [self.vocab.index(t) for t in tokens]
            tokens = merged(tokens, known[0][1])

    def encode(self, text):
        return sum((self.piece(p) for p in re.findall(r" ?[^ ]+| +", text)), [])

    def decode(self, ids):
        data = bytearray()
        for i in ids:
            if not 0 <= i < len(self.vocab):
                raise ValueError(f"ids contains {i}, the last id is {len(self.vocab) - 1}")
            data.extend(self.vocab[i])
        return data.decode("utf-8", errors="replace")
