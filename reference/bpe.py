"""Byte-pair encoding: learn merges of bytes from counted words, and encode text with them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise


def train_bpe(words: dict[str, int], num_merges: int) -> list[tuple[bytes, bytes]]:
    """Learn merges: again and again the most frequent pair of neighbouring tokens becomes one token.

    Every word starts as its UTF-8 bytes, one token each. Each place where two tokens stand next to
    each other counts, so "aaa" holds the pair (a, a) twice; a pair counts as often as its word. Of
    pairs that are equally frequent the lexicographically greater wins, compared as tuples of bytes.
    A merge goes through each word from left to right, without overlap, and never across words.

    Args:
        words: how often each word occurs.
        num_merges: how many merges to learn; fewer come back when no pair is left.

    Returns:
        The merges, in the order in which they were learned.
    """
    tokens = {word: [bytes([byte]) for byte in word.encode()] for word in words}
    counts: Counter[tuple[bytes, bytes]] = Counter()
    where = defaultdict(set)  # the words that hold a pair: a merge touches no others
    for word, count in words.items():
        for pair in pairwise(tokens[word]):
            counts[pair] += count
            where[pair].add(word)
    merges: list[tuple[bytes, bytes]] = []
    while counts and len(merges) < num_merges:
        # the most frequent pair, at a tie the greater
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        for word in where.pop(best):
            for pair in pairwise(tokens[word]):
                counts[pair] -= words[word]
            tokens[word] = _merge(tokens[word], best)
            for pair in pairwise(tokens[word]):
                counts[pair] += words[word]
                where[pair].add(word)
        counts = +counts  # drops the pairs that are gone
    return merges


class BPE:
    """A tokeniser made from learned merges.

    Ids 0..255 are the single bytes; 256 and on are the tokens that the merges make, in their order.
    A token that several merges make has the id of the first.
    """

    def __init__(self, merges: Sequence[tuple[bytes, bytes]]) -> None:
        """Number the tokens.

        Args:
            merges: pairs of tokens, the earliest learned first.
        """
        self._tokens = [bytes([byte]) for byte in range(256)] + [left + right for left, right in merges]
        self._ids: dict[bytes, int] = {}
        for token_id, token in enumerate(self._tokens):
            self._ids.setdefault(token, token_id)
        self._ranks: dict[tuple[bytes, bytes], int] = {}
        for rank, pair in enumerate(merges):
            self._ranks.setdefault(pair, rank)

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text.

        The text is cut into the pieces `re.findall(r" ?[^ ]+| +", text)`. In each piece, as UTF-8 bytes,
        the pair that was learned first is merged, wherever it stands, until no pair can be merged.
        """
        ids = []
        for piece in re.findall(r" ?[^ ]+| +", text):
            tokens = [bytes([byte]) for byte in piece.encode()]
            while True:
                # of all neighbours, the pair that was learned first
                known = [pair for pair in pairwise(tokens) if pair in self._ranks]
                if not known:
                    break
                tokens = _merge(tokens, min(known, key=lambda pair: self._ranks[pair]))
            ids += [self._ids[token] for token in tokens]
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of a list of ids; bytes that are not UTF-8 become U+FFFD.

        Raises:
            ValueError: an id that does not exist; the message names it.
        """
        for token_id in ids:
            if not 0 <= token_id < len(self._tokens):
                raise ValueError(f"ids must lie in 0..{len(self._tokens) - 1}, got {token_id}")
        return b"".join(self._tokens[token_id] for token_id in ids).decode("utf-8", errors="replace")


def _merge(tokens: list[bytes], pair: tuple[bytes, bytes]) -> list[bytes]:
    """Join the pair wherever it stands, from left to right and without overlap."""
    merged: list[bytes] = []
    for token in tokens:
        if merged and (merged[-1], token) == pair:
            merged[-1] += token
        else:
            merged.append(token)
    return merged
