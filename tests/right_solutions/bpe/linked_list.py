"""Training rebuilds a dict of tuples; encoding keeps a heap of merges over a linked list."""

import heapq
import re
from collections import defaultdict


def train_bpe(words, num_merges):
    vocabulary = defaultdict(int)
    for word, count in words.items():
        vocabulary[tuple(word.encode()[i : i + 1] for i in range(len(word.encode())))] += count
    learned = []
    while len(learned) < num_merges:
        frequency = defaultdict(int)
        for tokens, count in vocabulary.items():
            for i in range(1, len(tokens)):
                frequency[tokens[i - 1], tokens[i]] += count
        if not frequency:
            return learned
        pair = sorted(frequency.items(), key=lambda item: (item[1], item[0]))[-1][0]
        learned.append(pair)
        changed = defaultdict(int)
        for tokens, count in vocabulary.items():
            stack = []
            for token in tokens:
                if stack and stack[-1] == pair[0] and token == pair[1]:
                    stack[-1] = pair[0] + pair[1]
                else:
                    stack.append(token)
            changed[tuple(stack)] += count
        vocabulary = changed
    return learned


class BPE:
    def __init__(self, merges):
        self.rank = {}
        self.bytes_of = dict(enumerate(bytes([b]) for b in range(256)))
        for i, (left, right) in enumerate(merges):
            self.rank.setdefault((left, right), i)
            self.bytes_of[256 + i] = left + right
        self.id_of = {token: i for i, token in reversed(self.bytes_of.items())}

    def encode(self, text):
        return [i for piece in re.findall(r" ?[^ ]+| +", text) for i in self._encode(piece.encode("utf-8"))]

    def _encode(self, data):
        token = [data[i : i + 1] for i in range(len(data))]
        after = list(range(1, len(data))) + [None]
        before = [None] + list(range(len(data) - 1))
        heap = []

        def offer(i):
            j = None if i is None else after[i]
            if j is not None and (token[i], token[j]) in self.rank:
                heapq.heappush(heap, (self.rank[token[i], token[j]], i, token[i], token[j]))

        for i in range(len(data)):
            offer(i)
        while heap:
            # all places of one merge go before any merge that they make possible
            rank, places = heap[0][0], []
            while heap and heap[0][0] == rank:
                places.append(heapq.heappop(heap)[1:])
            made = []
            for i, left, right in places:
                j = after[i] if token[i] is not None else None
                if j is None or token[i] != left or token[j] != right:
                    continue
                token[i], token[j] = left + right, None
                after[i] = after[j]
                if after[j] is not None:
                    before[after[j]] = i
                made.append(i)
            for i in made:
                if token[i] is not None:
                    offer(before[i])
                    offer(i)
        return [self.id_of[t] for t in token if t is not None]

    def decode(self, ids):
        missing = [i for i in ids if i not in self.bytes_of]
        if missing:
            raise ValueError(f"unknown ids {missing}")
        return b"".join(self.bytes_of[i] for i in ids).decode("utf-8", errors="replace")
