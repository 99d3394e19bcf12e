"""Counts all pairs again for every merge: slow and short."""

import re
from collections import Counter


def glue(word, pair):
    out, i = [], 0
    while i < len(word):
        if i + 1 < len(word) and (word[i], word[i + 1]) == pair:
            out.append(word[i] + word[i + 1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)


def single(text):
    return tuple(bytes((b,)) for b in text.encode("utf-8"))


def train_bpe(words, num_merges):
    corpus = [(single(word), count) for word, count in words.items()]
    merges = []
    for _ in range(num_merges):
        pairs = Counter()
        for word, count in corpus:
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        if not pairs:
            break
        most = max(pairs.values())
        best = max(pair for pair, count in pairs.items() if count == most)
        merges.append(best)
        corpus = [(glue(word, best), count) for word, count in corpus]
    return merges


class BPE:
    def __init__(self, merges):
        self.merges = [tuple(pair) for pair in merges]
        self.vocab = {i: bytes((i,)) for i in range(256)}
        self.ids = {token: i for i, token in self.vocab.items()}
        for i, (a, b) in enumerate(self.merges, start=256):
            self.vocab[i] = a + b
            if a + b not in self.ids:
                self.ids[a + b] = i

    def encode(self, text):
        ids = []
        for piece in re.findall(r" ?[^ ]+| +", text):
            word = single(piece)
            while len(word) > 1:
                pairs = set(zip(word, word[1:]))
                first = next((pair for pair in self.merges if pair in pairs), None)
                if first is None:
                    break
                word = glue(word, first)
            ids.extend(self.ids[token] for token in word)
        return ids

    def decode(self, ids):
        data = b""
        for i in ids:
            if i not in self.vocab:
                raise ValueError(f"ids: there is no token {i}")
            data += self.vocab[i]
        return data.decode("utf-8", "replace")
