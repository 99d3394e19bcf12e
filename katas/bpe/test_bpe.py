"""Hidden tests of the kata bpe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from harness.testing import CheckFailed, Errors, Rejection, Solution, assert_close, expect, fetch, note, put
from reference.bpe import BPE, train_bpe

Merge = tuple[bytes, bytes]

# Sennrich's corpus; with the other rule for ties it would start with es, est, lo
SENNRICH = {"low": 5, "lower": 2, "widest": 3, "newest": 6}
ALPHABETS = {
    "ascii": "abcdefgh ",
    "spaces": "ab    ",
    "accents": "aeéèß ",
    "scripts": "ab漢字かなд\u0301 ",
    "emoji": "a😀👩\u200d🚀\ufe0f ",
    "controls": "a\n\t\r\x00\xa0 ",
}


def letters(rng: np.random.Generator, alphabet: str, length: int) -> str:
    # not by rng.choice: a NumPy string loses a zero character at its end
    return "".join(alphabet[place] for place in rng.integers(len(alphabet), size=length))


def some_words(rng: np.random.Generator, count: int = 25, alphabet: str = "abcde") -> dict[str, int]:
    """Counted words with many ties and repeated letters."""
    words = [letters(rng, alphabet, int(length)) for length in rng.integers(1, 8, size=count)]
    return {word: int(number) for word, number in zip(words, rng.integers(1, 6, size=count), strict=True)}


def checked_merges(value: Any) -> list[Merge]:
    """What train_bpe returned, which must be a list of pairs of bytes."""
    if not isinstance(value, list | tuple):
        raise CheckFailed(f"train_bpe returned {type(value).__name__}, expected a list of (bytes, bytes)")
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(isinstance(part, bytes) for part in pair):
            raise CheckFailed(f"train_bpe returned the merge {pair!r}, expected a pair of bytes")
    return [(left, right) for left, right in value]


def assert_merges(solution: Solution, got: Any, expected: Sequence[Merge], what: str) -> None:
    """Fail unless the merges are these, naming the first that is not."""
    merges = checked_merges(got)
    note(solution, merges=[left + b"|" + right for left, right in merges])
    for place, (one, right) in enumerate(zip(merges, expected, strict=False)):
        if one != right:
            raise CheckFailed(f"merge {place} of {what} is {one!r}, expected {right!r}")
    if len(merges) != len(expected):
        raise CheckFailed(f"{what} has {len(merges)} merges, expected {len(expected)}")


def assert_ids(solution: Solution, got: Any, expected: Sequence[int], what: str) -> None:
    if not isinstance(got, list | tuple) or not all(isinstance(i, int) for i in got):
        raise CheckFailed(f"{what} is {got!r}, expected a list of integers")
    note(solution, ids=list(got))
    if list(got) != list(expected):
        raise CheckFailed(f"{what} is {list(got)}, expected {list(expected)}")


def assert_text(solution: Solution, got: Any, expected: str, what: str) -> None:
    note(solution, text=got)
    if got != expected:
        raise CheckFailed(f"{what} is {got!r}, expected {expected!r}")


class TestTraining:
    @pytest.mark.parametrize("count", [1, 6])
    def test_golden(self, solution: Solution, count: int) -> None:
        """on low, lower, widest and newest the merges are st, est, ow, low, west, ne"""
        golden = [(b"s", b"t"), (b"e", b"st"), (b"o", b"w"), (b"l", b"ow"), (b"w", b"est"), (b"n", b"e")]
        assert_merges(solution, solution.train_bpe(SENNRICH, count), golden[:count], f"train_bpe(words, {count})")

    @pytest.mark.parametrize("alphabet", ["abcde", "ab", "aé漢"], ids=["letters", "two letters", "beyond ASCII"])
    def test_merges(self, solution: Solution, rng: np.random.Generator, alphabet: str) -> None:
        """the most frequent pair is merged, again and again"""
        words = some_words(rng, alphabet=alphabet)
        assert_merges(solution, solution.train_bpe(words, 15), train_bpe(words, 15), f"train_bpe({words}, 15)")

    def test_ties(self, solution: Solution) -> None:
        """of equally frequent pairs the lexicographically greater one wins, compared as a pair of bytes"""
        for words, expected in (
            ({"ab": 2, "cd": 2, "bz": 2}, (b"c", b"d")),
            ({"xab": 3, "xcd": 3, "ya": 1}, (b"x", b"c")),
            ({"a\xff": 1, "az": 1}, (b"\xc3", b"\xbf")),
        ):
            assert_merges(solution, solution.train_bpe(words, 1), [expected], f"train_bpe({words}, 1)")

    def test_ties_of_long_tokens(self, solution: Solution) -> None:
        """pairs are compared as tuples, not joined: (ba, b) is greater than (b, b), though bab is less than bb"""
        for words in ({"bab": 4, "bbb": 2, "abaa": 3}, {"baa": 2, "aaab": 4, "aab": 2}, {"aaab": 2, "aaba": 2}):
            assert_merges(solution, solution.train_bpe(words, 3), train_bpe(words, 3), f"train_bpe({words}, 3)")

    def test_repeated_letter(self, solution: Solution) -> None:
        """every place of a pair counts, and it is merged from left to right without overlap"""
        for words, count in (({"aaa": 2, "bc": 3}, 2), ({"aaaaa": 1, "aa": 1, "xyxyx": 2}, 4), ({"aaaa": 3}, 3)):
            assert_merges(
                solution, solution.train_bpe(words, count), train_bpe(words, count), f"train_bpe({words}, {count})"
            )

    def test_counts(self, solution: Solution) -> None:
        """a pair counts as often as its word"""
        words = {"ab": 1, "abc": 1, "cab": 1, "xy": 7, "yx": 2}
        assert_merges(solution, solution.train_bpe(words, 2), train_bpe(words, 2), f"train_bpe({words}, 2)")

    def test_exhausted(self, solution: Solution) -> None:
        """fewer merges come back when no pair is left"""
        for words in ({"abc": 1, "ab": 2}, {"a": 5}, {}):
            assert_merges(solution, solution.train_bpe(words, 50), train_bpe(words, 50), f"train_bpe({words}, 50)")
        assert_merges(solution, solution.train_bpe({"abc": 1}, 0), [], "train_bpe({'abc': 1}, 0)")

    def test_bytes(self, solution: Solution) -> None:
        """tokens are bytes, so a character may be learned piece by piece"""
        words = {"é": 3, "è": 2, "漢字": 4}
        assert_merges(solution, solution.train_bpe(words, 6), train_bpe(words, 6), f"train_bpe({words}, 6)")


LEARNED = train_bpe({"low": 5, "lower": 2, "widest": 3, "newest": 6, "été": 2, "aaaa": 2}, 14)


class TestEncoding:
    def test_golden(self, solution: Solution) -> None:
        """ids 0 to 255 are the bytes, the merges follow in their order"""
        merges = [(b"s", b"t"), (b"e", b"st"), (b"o", b"w"), (b"l", b"ow"), (b"w", b"est"), (b"n", b"e")]
        bpe = solution.BPE(merges)
        for text, expected in (("low", [259]), ("newest", [261, 260]), ("x", [120]), (" low", [32, 259]), ("é", [195, 169])):
            assert_ids(solution, bpe.encode(text), expected, f"encode({text!r})")
            assert_text(solution, bpe.decode(expected), text, f"decode({expected})")

    def test_by_rank(self, solution: Solution) -> None:
        """the pair that was learned first is merged first, wherever it stands"""
        # from the left, and by the longest token, (a, b) would be merged
        merges = [(b"b", b"c"), (b"a", b"b"), (b"ab", b"c"), (b"c", b"d"), (b"bc", b"d")]
        bpe, ours = solution.BPE(merges), BPE(merges)
        for text in ("abc", "abcd", "abab", "bcab", "abcabc", "cdabcd"):
            assert_ids(solution, bpe.encode(text), ours.encode(text), f"encode({text!r})")

    def test_any_order(self, solution: Solution, rng: np.random.Generator) -> None:
        """encode follows the order of the list, in whatever order the merges were learned"""
        learned = train_bpe(some_words(rng), 20)
        merges = [learned[place] for place in rng.permutation(len(learned))]
        bpe, ours = solution.BPE(merges), BPE(merges)
        for length in (3, 6, 9, 14, 20):
            text = letters(rng, "abcde ", length)
            assert_ids(solution, bpe.encode(text), ours.encode(text), f"encode({text!r})")
        # a merge may make a pair that stands before it in the list
        bpe = solution.BPE([(b"ab", b"c"), (b"d", b"abc"), (b"a", b"b")])
        for text, expected in (("abc", [256]), ("dabc", [257]), ("abab", [258, 258])):
            assert_ids(solution, bpe.encode(text), expected, f"encode({text!r})")

    def test_repeated_letter(self, solution: Solution) -> None:
        """a run of one letter is merged from left to right without overlap"""
        bpe, ours = solution.BPE([(b"a", b"a"), (b"aa", b"a")]), BPE([(b"a", b"a"), (b"aa", b"a")])
        for count in range(8):
            assert_ids(solution, bpe.encode("a" * count), ours.encode("a" * count), f"encode({'a' * count!r})")

    def test_pieces(self, solution: Solution) -> None:
        """merges never cross the pieces of a text; a space belongs to the word behind it"""
        merges = [(b" ", b"a"), (b"a", b" "), (b" ", b" "), (b"a", b"b"), (b" a", b"b"), (b"b", b" a")]
        bpe, ours = solution.BPE(merges), BPE(merges)
        for text in ("ab ab", "a a a", "a  a", "   ", " ab", "ab ", "", "b a\nab"):
            assert_ids(solution, bpe.encode(text), ours.encode(text), f"encode({text!r})")

    @pytest.mark.parametrize("twice", ["the same merge", "the same bytes"])
    def test_first_merge_counts(self, solution: Solution, twice: str) -> None:
        """where several merges make the same token, the first one's id is used"""
        again: Merge = (b"a", b"b") if twice == "the same merge" else (b"a", b"bc")
        merges = [(b"a", b"b"), (b"b", b"c"), (b"ab", b"c"), again, (b"c", b"c")]
        bpe, ours = solution.BPE(merges), BPE(merges)
        for text in ("ab", "abc", "abcc", "bc", "xabcab"):
            assert_ids(solution, bpe.encode(text), ours.encode(text), f"encode({text!r})")
        ids = [256 + place for place in range(len(merges))]
        assert_text(solution, bpe.decode(ids), ours.decode(ids), f"decode({ids})")

    def test_split_characters(self, solution: Solution) -> None:
        """a character whose bytes are in two tokens is put together again"""
        merges = [(b"a", b"\xc3"), (b"\xa9", b"b")]
        bpe = solution.BPE(merges)
        assert_text(solution, bpe.decode([256, 257]), "aéb", "decode([256, 257])")
        assert_text(solution, bpe.decode([0xE6, 0xBC, 0xA2]), "漢", "decode([230, 188, 162])")

    def test_invalid_bytes(self, solution: Solution) -> None:
        """what is not UTF-8 becomes U+FFFD"""
        bpe, ours = solution.BPE(LEARNED), BPE(LEARNED)
        for ids in ([255], [97, 0xC3], [0xC3, 97], [0x80, 98, 0xE6, 0xBC]):
            assert_text(solution, bpe.decode(ids), ours.decode(ids), f"decode({ids})")

    def test_nothing(self, solution: Solution) -> None:
        """the empty text has no ids, and without merges the ids are the bytes"""
        bpe = solution.BPE(LEARNED)
        assert_ids(solution, bpe.encode(""), [], "encode('')")
        assert_text(solution, bpe.decode([]), "", "decode([])")
        assert_ids(solution, solution.BPE([]).encode("aé b"), list("aé b".encode()), "encode('aé b') without merges")


class TestRobustness:
    @pytest.mark.parametrize("alphabet", ALPHABETS)
    def test_round_trips(self, solution: Solution, rng: np.random.Generator, alphabet: str) -> None:
        """decode gives back every text that encode took: {alphabet}"""
        chars = ALPHABETS[alphabet]
        merges = train_bpe(some_words(rng, 20, chars.replace(" ", "")), 12)
        bpe = solution.BPE(merges)
        for _ in range(50):
            text = letters(rng, chars, int(rng.integers(0, 15)))
            ids = bpe.encode(text)
            expect(isinstance(ids, list | tuple), f"encode({text!r}) returned {type(ids).__name__}, expected a list")
            assert_text(solution, bpe.decode(ids), text, f"decode(encode({text!r}))")

    def test_learn_and_encode(self, solution: Solution, rng: np.random.Generator) -> None:
        """what was learned is what encodes: the learner's own merges, in use"""
        words = some_words(rng, 40)
        bpe, ours = solution.BPE(solution.train_bpe(words, 25)), BPE(train_bpe(words, 25))
        for word in words:
            assert_ids(solution, bpe.encode(word), ours.encode(word), f"encode({word!r})")

    def test_words_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """training leaves the words as they were"""
        words = some_words(rng)
        kept = put(solution, words)
        expected = train_bpe(words, 10)
        for _ in range(2):
            assert_merges(solution, solution.train_bpe(kept, 10), expected, "train_bpe(words, 10)")
        expect(fetch(kept) == words, "train_bpe changed the words, which belong to the caller")

    def test_two_tokenisers(self, solution: Solution, rng: np.random.Generator) -> None:
        """two tokenisers share nothing"""
        words = some_words(rng)
        expected = train_bpe(words, 10)
        first = solution.BPE(expected)
        second = solution.BPE([(b"x", b"y")])
        text = " ".join(words)
        assert_ids(solution, first.encode(text), BPE(expected).encode(text), f"encode({text!r}) of the first of two")
        assert_ids(solution, second.encode("xyab"), [256, 97, 98], "encode('xyab') of the second")

    def test_larger_corpus(self, solution: Solution, rng: np.random.Generator) -> None:
        """forty merges of three hundred words"""
        words = some_words(rng, 300, "abcdefghij")
        merges = checked_merges(solution.train_bpe(words, 40))
        assert_close(len(merges), 40, "the number of merges")
        assert_merges(solution, merges, train_bpe(words, 40), "train_bpe(words, 40) of 300 words")


class TestErrors(Errors):
    rejections = (
        Rejection(
            "decode(ids)",
            "an id does not exist",
            lambda s, v: s.BPE([(b"a", b"b"), (b"ab", b"c")]).decode([97, v, 98]),
            (258, -1, 1000),
            ("ids", "id", "token"),
        ),
    )
