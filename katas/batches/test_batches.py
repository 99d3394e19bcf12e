"""Hidden tests of the kata batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from harness.testing import (
    LAYOUTS,
    CheckFailed,
    Errors,
    Rejection,
    Solution,
    assert_close,
    by_properties,
    expect,
    fetch,
    note,
    put,
)

Batch = tuple[np.ndarray, np.ndarray]
SIZES = [(10, 3), (9, 3), (2, 5), (4, 1), (4, 4)]
SIZE_NAMES = ["a short last batch", "whole batches", "fewer samples than a batch", "batches of one", "one batch"]


def dataset(count: int) -> Batch:
    """Samples of two features and their targets, from which the sample's number can be read off."""
    numbers = np.arange(count)
    return np.stack([10.0 * numbers, 10.0 * numbers + 1.0], axis=1), numbers + 500


def epoch(batches: Any, what: str = "the epoch") -> list[Batch]:
    """All batches of one iteration; fails unless each is a pair of arrays of equal length."""
    found = []
    for batch in batches:
        if not isinstance(batch, tuple | list) or len(batch) != 2:
            raise CheckFailed(f"{what} yields something that is no pair (x_batch, y_batch)")
        x, y = (np.asarray(part) for part in batch)
        if x.ndim != 2 or y.ndim != 1 or len(x) != len(y):
            raise CheckFailed(f"{what} yields x_batch of shape {x.shape} and y_batch of shape {y.shape}")
        found.append((x, y))
        expect(len(found) <= 100, f"{what} does not end")
    return found


def samples(found: Sequence[Batch]) -> np.ndarray:
    """The numbers of the samples of an epoch, in the order in which they came."""
    return np.concatenate([x[:, 0] for x, _ in found]) / 10.0 if found else np.zeros(0)


def sizes(found: Sequence[Batch]) -> list[int]:
    return [len(x) for x, _ in found]


class TestValues:
    @pytest.mark.parametrize(("count", "size"), SIZES, ids=SIZE_NAMES)
    def test_in_order(self, solution: Solution, rng: np.random.Generator, count: int, size: int) -> None:
        """without shuffle the batches come in the given order, the last one short if need be"""
        x, y = dataset(count)
        found = epoch(solution.Batches(x, y, size, False, rng=rng))
        assert_close(np.array(sizes(found)), np.array([len(x[i : i + size]) for i in range(0, count, size)]), "batch sizes")
        assert_close(np.concatenate([part for part, _ in found]), x, "all x_batch, joined")
        assert_close(np.concatenate([part for _, part in found]), y, "all y_batch, joined")

    @pytest.mark.parametrize(("count", "size"), SIZES, ids=SIZE_NAMES)
    @by_properties
    def test_shuffled(self, solution: Solution, rng: np.random.Generator, count: int, size: int) -> None:
        """with shuffle every sample comes exactly once, with its own target"""
        x, y = dataset(count)
        found = epoch(solution.Batches(x, y, size, rng=rng))
        assert_close(np.array(sizes(found)), np.array([len(x[i : i + size]) for i in range(0, count, size)]), "batch sizes")
        came = samples(found)
        targets = np.concatenate([part for _, part in found])
        note(solution, twice=count - len(np.unique(came)), targets_in_order=np.array_equal(targets, y))
        assert_close(np.sort(came), np.arange(float(count)), "the samples of an epoch, sorted")
        assert_close(np.concatenate([part for part, _ in found]), x[came.astype(int)], "all x_batch, joined")
        assert_close(targets, y[came.astype(int)], "the targets of these samples")

    @pytest.mark.parametrize(("count", "size"), SIZES, ids=SIZE_NAMES)
    def test_drop_last(self, solution: Solution, rng: np.random.Generator, count: int, size: int) -> None:
        """with drop_last a short last batch is left out, a whole one is not"""
        x, y = dataset(count)
        found = epoch(solution.Batches(x, y, size, False, True, rng))
        whole = count // size * size
        assert_close(np.array(sizes(found)), np.full(count // size, size), "batch sizes")
        assert_close(samples(found), np.arange(float(whole)), "the samples of an epoch")

    @pytest.mark.parametrize("drop_last", [False, True], ids=["keeping the last", "dropping the last"])
    def test_length(self, solution: Solution, rng: np.random.Generator, drop_last: bool) -> None:
        """len is the number of batches that come"""
        for count, size in SIZES:
            batches = solution.Batches(*dataset(count), size, False, drop_last, rng)
            expected = len(epoch(batches))
            assert_close(len(batches), expected, f"len for {count} samples in batches of {size}, compared with the epoch")

    @by_properties
    def test_new_order(self, solution: Solution, rng: np.random.Generator) -> None:
        """every epoch has a new order, and samples meet in other batches"""
        said = {}
        for count, size in ((40, 4), (41, 4)):
            batches = solution.Batches(*dataset(count), size, True, rng=rng)
            epochs = [epoch(batches, f"epoch {i}") for i in (1, 2, 3)]
            orders = [samples(found) for found in epochs]
            groups = [{frozenset(x[:, 0]) for x, _ in found} for found in epochs]
            other = samples(epoch(solution.Batches(*dataset(count), size, True, rng=rng)))
            note(solution, same_in_another_object=np.array_equal(other, orders[0]))
            pairs = ((0, 1), (1, 2), (0, 2))
            said[count] = {
                "lacks samples": any(not np.array_equal(np.sort(order), np.arange(count)) for order in orders),
                "comes in the given order": any(np.array_equal(order, np.arange(count)) for order in orders),
                # two random orders of 40 are equal with a probability of 1e-48, two sets of batches with one of 1e-30
                "has the order of another": any(np.array_equal(orders[i], orders[j]) for i, j in pairs),
                "is made of the batches of another": any(groups[i] == groups[j] for i, j in pairs),
            }
        note(solution, said=[list(properties.values()) for properties in said.values()])
        for count, properties in said.items():
            for what, holds in properties.items():
                expect(not holds, f"with {count} samples in batches of 4, one of three epochs {what}")

    @by_properties
    def test_default(self, solution: Solution, rng: np.random.Generator) -> None:
        """shuffle is the default"""
        given = np.arange(40)
        default, asked = (samples(epoch(solution.Batches(*dataset(40), 4, *options, rng=rng))) for options in ((), (True,)))
        note(solution, default=np.array_equal(default, given), asked=np.array_equal(asked, given))
        expect(not np.array_equal(default, given), "without `shuffle` the samples come in the given order")

    @by_properties
    def test_other_samples_dropped(self, solution: Solution, rng: np.random.Generator) -> None:
        """with shuffle and drop_last other samples are left out in every epoch"""
        batches = solution.Batches(*dataset(10), 3, True, True, rng)
        epochs = [epoch(batches, f"epoch {i}") for i in range(1, 31)]
        orders = [samples(found) for found in epochs]
        groups = {frozenset(frozenset(x[:, 0]) for x, _ in found) for found in epochs}
        few = [len(set(order)) for order in orders if len(set(order)) != 9]
        dropped = {45.0 - order.sum() for order in orders}
        same_order = all(np.array_equal(order, orders[0]) for order in orders)
        note(solution, few=few[:1], dropped=min(len(dropped), 2), last=dropped == {9.0})
        note(solution, same_order=same_order, same_batches=len(groups) == 1)
        expect(not few, f"{few[:1]} different samples came in an epoch of 3 batches of 3")
        # all thirty drop the same one of ten with a probability of 1e-29
        expect(len(dropped) > 1, "the same sample is left out in every epoch")

    def test_second_epoch(self, solution: Solution, rng: np.random.Generator) -> None:
        """it can be iterated over again, also after a loop that was left early"""
        batches = solution.Batches(*dataset(10), 3, False, rng=rng)
        next(iter(batches))
        for i in (1, 2):
            assert_close(samples(epoch(batches, f"epoch {i}")), np.arange(10.0), f"the samples of epoch {i}")

    @by_properties
    def test_two_iterators(self, solution: Solution, rng: np.random.Generator) -> None:
        """two iterators at the same time do not disturb each other"""
        alone = samples(epoch(solution.Batches(*dataset(12), 3, rng=rng)))
        before = dataset(12)
        arrays = [put(solution, array) for array in before]
        batches = solution.Batches(*arrays, 3, rng=rng)
        iterators = iter(batches), iter(batches)
        found: tuple[list[Batch], list[Batch]] = ([], [])
        for _ in range(4):
            for iterator, into in zip(iterators, found, strict=True):
                into += epoch([batch for batch in [next(iterator, None)] if batch is not None])
        unchanged = all(np.array_equal(fetch(array), value) for array, value in zip(arrays, before, strict=True))
        note(solution, unchanged=unchanged, came=[len(batches) for batches in found], alone=len(np.unique(alone)) == 12)
        for which, came in zip(("first", "second"), found, strict=True):
            expect(len(came) == 4, f"the {which} of two iterators gives {len(came)} batches of 4")
            assert_close(np.sort(samples(came)), np.arange(12.0), f"the samples of the {which} iterator, sorted")


class TestRobustness:
    @by_properties
    def test_generator(self, solution: Solution) -> None:
        """the same seed gives the same batches in every epoch, another seed gives others"""

        def orders(seed: int) -> np.ndarray:
            batches = solution.Batches(*dataset(30), 4, True, rng=np.random.default_rng(seed))
            return np.array([samples(epoch(batches)) for _ in range(2)])

        first, again, other = orders(5), orders(5), orders(6)
        expect(np.array_equal(first, again), "the order differs between two generators with the same seed")
        expect(not np.array_equal(first[0], other[0]), "the order is the same for generators with different seeds")

    @by_properties
    def test_default_generator(self, solution: Solution) -> None:
        """without a generator, two objects shuffle differently"""
        first, second = (samples(epoch(solution.Batches(*dataset(40), 4, True))) for _ in range(2))
        expect(not np.array_equal(first, second), "two objects made without a generator have the same order")

    def test_no_samples(self, solution: Solution) -> None:
        """no samples make no batches"""
        for drop_last in (False, True):
            batches = solution.Batches(*dataset(0), 3, drop_last=drop_last)
            assert_close(len(batches), 0, "len")
            assert_close(len(epoch(batches)), 0, "the number of batches")

    @by_properties
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """x and y stay as they are"""
        before = dataset(10)
        x, y = (put(solution, array) for array in before)
        found = epoch(solution.Batches(x, y, 3, rng=rng))
        assert_close(np.sort(samples(found)), np.arange(10.0), "the samples of an epoch, sorted")
        for name, remote, value in zip("xy", (x, y), before, strict=True):
            assert_close(fetch(remote), value, f"{name} after an epoch")


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS.values()), ids=list(LAYOUTS))
    def test_layouts(self, solution: Solution, layout: Callable[[np.ndarray], np.ndarray]) -> None:
        """arrays that are read-only, have gaps or lie in Fortran order work"""
        x, y = dataset(10)
        batches = solution.Batches(layout(x), layout(y), 3, rng=np.random.default_rng(1))
        came = samples(epoch(batches)).astype(int)
        assert_close(np.sort(came), np.arange(10), "the samples of an epoch, sorted")
        assert_close(np.concatenate([part for _, part in epoch(batches)]).sum(), y.sum(), "the sum of all targets")


class TestErrors(Errors):
    rejections = (
        Rejection(
            "Batches(...)",
            "`x` and `y` differ in length",
            lambda s, length: s.Batches(np.zeros((4, 2)), np.zeros(length), 2),
            (3, 5),
            ("x", "y", "length", "len", "samples"),
        ),
        Rejection(
            "Batches(...)",
            "`batch_size` is less than 1",
            lambda s, v: s.Batches(np.zeros((4, 2)), np.zeros(4), v),
            (0, -2),
            "batch_size",
        ),
    )
