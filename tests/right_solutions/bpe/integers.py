"""Works with numbers instead of bytes inside, and keeps the counts up to date around each place that is merged."""

import re


def train_bpe(words, num_merges):
    names = [bytes([i]) for i in range(256)]
    number = {name: i for i, name in enumerate(names)}
    rows = [list(word.encode("utf8")) for word in words]
    weights = list(words.values())
    counts, homes = {}, {}

    def change(row, sign):
        for pair in zip(rows[row], rows[row][1:]):
            counts[pair] = counts.get(pair, 0) + sign * weights[row]
            if counts[pair] == 0:
                del counts[pair]
            homes.setdefault(pair, set()).add(row)

    for row in range(len(rows)):
        change(row, +1)
    result = []
    while len(result) < num_merges and counts:
        pair = max(counts, key=lambda p: (counts[p], names[p[0]], names[p[1]]))
        left, right = names[pair[0]], names[pair[1]]
        result.append((left, right))
        new = number.get(left + right)
        if new is None:
            new = number[left + right] = len(names)
            names.append(left + right)
        for row in list(homes[pair]):
            change(row, -1)
            old, fresh = rows[row], []
            skip = False
            for i, token in enumerate(old):
                if skip:
                    skip = False
                elif i + 1 < len(old) and (token, old[i + 1]) == pair:
                    fresh.append(new)
                    skip = True
                else:
                    fresh.append(token)
            rows[row] = fresh
            change(row, +1)
    return result


class BPE:
    def __init__(self, merges):
        self.table = [bytes([i]) for i in range(256)]
        index = {token: i for i, token in enumerate(self.table)}
        for rank, (a, b) in enumerate(merges):
            self.table.append(a + b)
            index.setdefault(a + b, 256 + rank)
        self.rules = {}
        for rank, (a, b) in enumerate(merges):
            if a in index and b in index:
                self.rules.setdefault((index[a], index[b]), (rank, index[a + b]))

    def encode(self, text):
        out = []
        for piece in re.findall(r" ?[^ ]+| +", text):
            out += self._piece(list(piece.encode("utf8")))
        return out

    def _piece(self, ids):
        while True:
            ranked = [self.rules[pair] for pair in zip(ids, ids[1:]) if pair in self.rules]
            if not ranked:
                return ids
            best = min(ranked)
            i = 0
            while i < len(ids) - 1:
                if self.rules.get((ids[i], ids[i + 1])) == best:
                    ids[i : i + 2] = [best[1]]
                i += 1

    def decode(self, ids):
        for i in ids:
            if i < 0 or i >= len(self.table):
                raise ValueError(f"id {i} does not exist")
        return b"".join(map(self.table.__getitem__, ids)).decode(errors="replace")
