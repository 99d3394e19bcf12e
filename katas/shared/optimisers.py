"""Optimisers: the solution's and the reference's, side by side, for the hidden tests of sgd, momentum, rmsprop and adam."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.judge.testing import CheckFailed, assert_close, assert_rejects, by_position, fetch, put
from harness.sandbox.proxy import RemoteObject

SHAPES = ((3, 4), (4,), (4,), (2, 3, 2))


@dataclass(frozen=True)
class OptimiserPair:
    """The learner's optimiser and the reference's, each with its own copy of the same parameters.

    Args:
        theirs: the learner's optimiser.
        arrays: its parameters, as their owner holds them: what is bound to another array is not seen here.
        ours: the reference's optimiser.
        params: the reference's parameters.
        start: the parameters before the first step.
    """

    theirs: RemoteObject
    arrays: list[RemoteObject]
    ours: Any
    params: list[np.ndarray]
    start: list[np.ndarray]

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """One step of both optimisers with the same gradients."""
        self.theirs.step(list(grads))
        self.ours.step(list(grads))

    def assert_same(self, when: str) -> None:
        """Fail unless the learner's parameters, in the arrays of their owner, are the reference's."""
        for i, (array, expected, start) in enumerate(zip(self.arrays, self.params, self.start, strict=True)):
            got = fetch(array)
            if not np.array_equal(expected, start):
                assert_moved(got, start, f"params[{i}]", when)
            assert_close(got, expected, f"params[{i}] {when}")

    def moved(self) -> list[np.ndarray]:
        """The learner's parameters as they are now; fails unless each has changed since the start."""
        values = [fetch(array) for array in self.arrays]
        for i, (value, start) in enumerate(zip(values, self.start, strict=True)):
            assert_moved(value, start, f"params[{i}]", "after the steps")
        return values

    def follow(self, steps: Sequence[Sequence[np.ndarray]], every: int = 1) -> None:
        """Take these steps and compare the parameters after every so many of them."""
        for number, grads in enumerate(steps, start=1):
            self.step(grads)
            if number % every == 0:
                self.assert_same(f"after step {number}")


def assert_moved(got: np.ndarray, start: np.ndarray, what: str, when: str) -> None:
    """Fail if a parameter is still what it was at the start."""
    if np.array_equal(got, start):
        raise CheckFailed(
            f"{what} has not changed {when}. If your step computes new values, write them into the array that it was given: "
            "`p -= ...` does, `p = p - ...` makes another array"
        )


def optimiser_pair(solution: Any, kind: type, params: Sequence[np.ndarray], **options: Any) -> OptimiserPair:
    """A pair of optimisers with the same options. `kind` is the reference's class; the solution's has its name."""
    arrays = [put(solution, param) for param in params]
    theirs = getattr(solution, kind.__name__)(arrays, *_in_order(kind, options))
    copies = [param.copy() for param in params]
    return OptimiserPair(theirs, arrays, kind(copies, **options), copies, [param.copy() for param in params])


def _in_order(kind: type, options: dict[str, Any]) -> tuple[Any, ...]:
    """Options by position; `lr` comes first in every optimiser, and SGD's has no default."""
    return (options["lr"], *by_position(kind, options)) if kind.__name__ == "SGD" else by_position(kind, options)


def random_params(rng: np.random.Generator, shapes: Sequence[tuple[int, ...]] = SHAPES) -> list[np.ndarray]:
    """Parameters of these shapes."""
    return [rng.normal(size=shape) for shape in shapes]


def random_steps(
    rng: np.random.Generator, params: Sequence[np.ndarray], count: int, scale: float = 1.0
) -> list[list[np.ndarray]]:
    """Gradients for so many steps. Each number has its own size, within a factor of ten either way, and its own trend."""
    sizes = [scale * 10 ** rng.uniform(-1, 1, param.shape) for param in params]
    trends = [rng.normal(size=param.shape) for param in params]
    return [
        [size * (rng.normal(size=size.shape) + trend) for size, trend in zip(sizes, trends, strict=True)]
        for _ in range(count)
    ]


def end_point(
    solution: Any, kind: type, params: Sequence[np.ndarray], steps: Sequence[Sequence[np.ndarray]], **options: Any
) -> list[np.ndarray]:
    """Where the learner's optimiser takes the parameters, right or wrong; fails unless each of them moves."""
    pair = optimiser_pair(solution, kind, params, **options)
    for grads in steps:
        pair.theirs.step(list(grads))
    return pair.moved()


def assert_each_as_alone(
    solution: Any, kind: type, params: Sequence[np.ndarray], steps: Sequence[Sequence[np.ndarray]], **options: Any
) -> None:
    """Fail unless every parameter of a list ends where the learner's own optimiser takes it when it is the only one."""
    together = end_point(solution, kind, params, steps, **options)
    for i, param in enumerate(params):
        (alone,) = end_point(solution, kind, [param], [[grads[i]] for grads in steps], **options)
        assert_close(together[i], alone, f"params[{i}] of {len(params)}, against its own path when it is the only one")


def assert_independent(
    solution: Any,
    kind: type,
    params: Sequence[np.ndarray],
    steps: Sequence[Sequence[np.ndarray]],
    one: dict[str, Any],
    other: dict[str, Any],
) -> None:
    """Fail unless two optimisers with different options, taking turns, end where each of them ends undisturbed."""
    in_turns = [optimiser_pair(solution, kind, params, **options) for options in (one, other)]
    for grads in steps:
        for pair in in_turns:
            pair.theirs.step(list(grads))
    for name, pair, options in zip(("first", "second"), in_turns, (one, other), strict=True):
        undisturbed = end_point(solution, kind, params, steps, **options)
        for i, (got, expected) in enumerate(zip(pair.moved(), undisturbed, strict=True)):
            assert_close(got, expected, f"params[{i}] of the {name} optimiser, against its own path when it is undisturbed")


def assert_layout_works(
    solution: Any, kind: type, rng: np.random.Generator, layout: Callable[[np.ndarray], np.ndarray], **options: Any
) -> None:
    """Fail unless gradients in another layout lead where the learner's own optimiser goes with ordinary ones."""
    params = random_params(rng)
    steps = random_steps(rng, params, 3)
    expected = end_point(solution, kind, params, steps, **options)
    got = end_point(solution, kind, params, [[layout(grad) for grad in grads] for grads in steps], **options)
    for i, (mine, theirs) in enumerate(zip(expected, got, strict=True)):
        assert_close(theirs, mine, f"params[{i}], against its own path with ordinary gradients")


def assert_rejects_option(
    solution: Any, kind: type, good: dict[str, Any], name: str, value: Any, words: Sequence[str]
) -> None:
    """Fail unless the option's bad value raises ValueError where the good options work.

    Args:
        solution: the solution.
        kind: the reference's class.
        good: options that work, `name` among them or not.
        name: the option's name.
        value: its bad value.
        words: other words by which a message may call it.
    """
    params = [np.array([1.0, -2.0]), np.array([[0.5]])]
    end_point(solution, kind, params, [[np.ones(2), np.ones((1, 1))]], **good)
    make = getattr(solution, kind.__name__)
    assert_rejects(lambda: make(params, **{**good, name: value}), (name, *words), value)


def assert_rejects_count(solution: Any, kind: type, count: int, **options: Any) -> None:
    """Fail unless `count` gradients for two parameters raise ValueError, where two work."""
    params = [np.array([1.0, -2.0]), np.array([0.5, 3.0])]
    pair = optimiser_pair(solution, kind, params, **options)
    pair.theirs.step([np.ones(2), np.ones(2)])
    pair.moved()
    words = ("grads", "gradients", "params", "parameters", "length", "argument")  # the last is zip's own word
    assert_rejects(lambda: pair.theirs.step([np.ones(2)] * count), words, None)
