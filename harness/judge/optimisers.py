"""Optimisers: the solution's and the reference's, side by side, and the checks that every optimiser gets.

ADAM = Optimiser(Adam, "Adam's formula", memory="two means", usual={"lr": 0.1}, other={"lr": 0.03, "betas": (0.5, 0.8)},
                 options={"lr 0.3": {"lr": 0.3}, "eps 0.1": {"eps": 0.1}})

class TestUpdate(Update, optimiser=ADAM): ...
class TestState(State, optimiser=ADAM): ...
class TestLayouts(GradientLayouts, optimiser=ADAM): ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import Parameter, signature
from typing import Any, ClassVar

import numpy as np
import pytest

from harness.judge.assertions import CheckFailed, assert_close, gapped, read_only
from harness.judge.verdict import Cause
from harness.judge.watching import Watched, watches_inputs
from harness.sandbox.proxy import RemoteObject, Solution, fetch, fill, put

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
        """Take these steps, and compare the parameters after every `every` of them."""
        for number, grads in enumerate(steps, start=1):
            self.step(grads)
            if number % every == 0:
                self.assert_same(f"after step {number}")


def assert_moved(got: np.ndarray, start: np.ndarray, what: str, when: str) -> None:
    """Fail if a parameter is still what it was at the start."""
    if np.array_equal(got, start):
        raise CheckFailed(
            f"{what} has not changed {when}. If your step computes new values, write them into the array that it was given: "
            "`p -= ...` does, `p = p - ...` makes another array",
            cause=Cause.WRONG_VALUE,
        )


def optimiser_pair(solution: Solution, kind: type, params: Sequence[np.ndarray], **options: Any) -> OptimiserPair:
    """A pair of optimisers with the same options. `kind` is the reference's class; the solution's has its name."""
    arrays = [put(solution, param) for param in params]
    theirs = getattr(solution, kind.__name__)(arrays, *_in_order(kind, options))
    copies = [param.copy() for param in params]
    return OptimiserPair(theirs, arrays, kind(copies, **options), copies, [param.copy() for param in params])


def _in_order(kind: type, options: Mapping[str, Any]) -> tuple[Any, ...]:
    """Options as the arguments that follow `params`, in the reference's order, so that another order is found out.

    What lies before the last option given is filled with the reference's defaults.
    """
    known = [p for p in signature(kind).parameters.values() if p.name != "params"]
    last = max((i for i, parameter in enumerate(known) if parameter.name in options), default=-1)
    return tuple(_value(parameter, options) for parameter in known[: last + 1])


def _value(parameter: Parameter, options: Mapping[str, Any]) -> Any:
    return options.get(parameter.name, parameter.default)


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
    solution: Solution, kind: type, params: Sequence[np.ndarray], steps: Sequence[Sequence[np.ndarray]], **options: Any
) -> list[np.ndarray]:
    """Where the learner's optimiser takes the parameters, right or wrong; fails unless each of them moves."""
    pair = optimiser_pair(solution, kind, params, **options)
    for grads in steps:
        pair.theirs.step(list(grads))
    return pair.moved()


# the contract


@dataclass(frozen=True)
class Optimiser:
    """An optimiser's declaration.

    Attributes:
        kind: the reference's class; the solution's has its name.
        formula: what a step does, for titles.
        memory: what it remembers of each parameter, for titles: "a velocity".
        usual: options with a step that shows, for checks that need some.
        other: options that differ from the usual ones in everything.
        options: options to try for three steps, by their name in titles.
        needed: the options that have no default.
    """

    kind: type
    formula: str
    memory: str
    usual: Mapping[str, Any]
    other: Mapping[str, Any]
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    needed: Mapping[str, Any] = field(default_factory=dict)

    def pair(
        self, solution: Solution, params: Sequence[np.ndarray], options: Mapping[str, Any] | None = None
    ) -> OptimiserPair:
        """A pair with these options, or the usual ones."""
        return optimiser_pair(solution, self.kind, params, **(self.usual if options is None else options))

    def end(
        self,
        solution: Solution,
        params: Sequence[np.ndarray],
        steps: Sequence[Sequence[np.ndarray]],
        options: Mapping[str, Any] | None = None,
    ) -> list[np.ndarray]:
        """Where the learner's optimiser takes the parameters, right or wrong."""
        return end_point(solution, self.kind, params, steps, **(self.usual if options is None else options))


class _OptimiserContract:
    optimiser: ClassVar[Optimiser]
    words: ClassVar[dict[str, str]] = {}

    def __init_subclass__(cls, optimiser: Optimiser | None = None) -> None:
        if optimiser is not None:
            cls.optimiser = optimiser
            cls.words = {"formula": optimiser.formula, "memory": optimiser.memory}


class Update(_OptimiserContract):
    """The values of single steps and of trajectories."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if metafunc.function.__name__ == "test_options":
            options = self.optimiser.options
            metafunc.parametrize("options", list(options.values()), ids=list(options))

    def test_defaults(self, solution: Solution, rng: np.random.Generator) -> None:
        """three steps with the default options follow {formula}"""
        params = random_params(rng)
        self.optimiser.pair(solution, params, self.optimiser.needed).follow(random_steps(rng, params, 3))

    def test_options(self, solution: Solution, rng: np.random.Generator, options: Mapping[str, Any]) -> None:
        """three steps with other options follow {formula}"""
        params = random_params(rng)
        self.optimiser.pair(solution, params, options).follow(random_steps(rng, params, 3))

    def test_by_name(self, solution: Solution, rng: np.random.Generator) -> None:
        """options may be given by name"""
        params, kind, options = random_params(rng), self.optimiser.kind, dict(self.optimiser.other)
        steps = random_steps(rng, params, 3)
        arrays = [put(solution, param) for param in params]
        theirs = getattr(solution, kind.__name__)(arrays, **options)
        for grads in steps:
            theirs.step(list(grads))
        expected = self.optimiser.end(solution, params, steps, options)
        for i, (array, value) in enumerate(zip(arrays, expected, strict=True)):
            assert_close(fetch(array), value, f"params[{i}], compared with options by position")

    def test_trajectory(self, solution: Solution, rng: np.random.Generator) -> None:
        """60 steps stay on the path of {formula}"""
        params = random_params(rng)
        options = {**self.optimiser.usual, "lr": 0.01}
        self.optimiser.pair(solution, params, options).follow(random_steps(rng, params, 60), every=10)

    def test_bowl(self, solution: Solution, rng: np.random.Generator) -> None:
        """it goes down a bowl to the minimum, fed with the gradient at its own parameters"""
        target, steepness = rng.normal(size=(2, 3)), rng.uniform(0.5, 2.0, (2, 3))
        pair = self.optimiser.pair(solution, [target + 1.0])
        for _ in range(30):
            pair.theirs.step([steepness * (fetch(pair.arrays[0]) - target)])
            pair.ours.step([steepness * (pair.params[0] - target)])
        pair.assert_same("after 30 steps")


class State(_OptimiserContract):
    """What an optimiser remembers, and for which parameter. Compared with its own path wherever that is the question."""

    def test_first_step(self, solution: Solution, rng: np.random.Generator) -> None:
        """the first step is correct, before there is anything to remember"""
        params = random_params(rng)
        self.optimiser.pair(solution, params).follow(random_steps(rng, params, 1))

    def test_coasting(self, solution: Solution, rng: np.random.Generator) -> None:
        """what it remembers fades as it should once the gradients are zero"""
        params = random_params(rng)
        zero = [np.zeros_like(param) for param in params]
        self.optimiser.pair(solution, params).follow([*random_steps(rng, params, 2), zero, zero, zero])

    def test_own_state(self, solution: Solution, rng: np.random.Generator) -> None:
        """each parameter has {memory} of its own, even among equal shapes"""
        params = random_params(rng, [(3, 3), (3, 3), (4,), (3, 3)])
        steps = random_steps(rng, params, 4)
        together = self.optimiser.end(solution, params, steps)
        for i, param in enumerate(params):
            (alone,) = self.optimiser.end(solution, [param], [[grads[i]] for grads in steps])
            assert_close(together[i], alone, f"params[{i}] of {len(params)}, compared with its path when it is the only one")

    def test_two_optimisers(self, solution: Solution, rng: np.random.Generator) -> None:
        """two optimisers taking turns keep their own options and their own memory"""
        params = random_params(rng)
        steps = random_steps(rng, params, 4)
        in_turns = [
            self.optimiser.pair(solution, params, options) for options in (self.optimiser.usual, self.optimiser.other)
        ]
        for grads in steps:
            for pair in in_turns:
                pair.theirs.step(list(grads))
        for which, pair, options in zip(
            ("first", "second"), in_turns, (self.optimiser.usual, self.optimiser.other), strict=True
        ):
            undisturbed = self.optimiser.end(solution, params, steps, options)
            for i, (got, expected) in enumerate(zip(pair.moved(), undisturbed, strict=True)):
                assert_close(got, expected, f"params[{i}] of the {which} optimiser, compared with its path when it is alone")

    def test_fresh_start(self, solution: Solution, rng: np.random.Generator) -> None:
        """a new optimiser for the same parameters remembers nothing of the old one"""
        params = random_params(rng)
        old = self.optimiser.pair(solution, params)
        for grads in random_steps(rng, params, 2):
            old.theirs.step(list(grads))
        middle = [fetch(array) for array in old.arrays]
        later = random_steps(rng, params, 2)
        new = getattr(solution, self.optimiser.kind.__name__)(old.arrays, **self.optimiser.usual)
        for grads in later:
            new.step(list(grads))
        expected = self.optimiser.end(solution, middle, later)
        for i, (array, value) in enumerate(zip(old.arrays, expected, strict=True)):
            assert_close(fetch(array), value, f"params[{i}] after a new optimiser, compared with one that never had another")

    def test_parameters_written_outside(self, solution: Solution, rng: np.random.Generator) -> None:
        """a step starts from the parameters as they are, whoever wrote them last"""
        params = random_params(rng)
        pair = self.optimiser.pair(solution, params)
        pair.follow(random_steps(rng, params, 1))
        for array, ours in zip(pair.arrays, pair.params, strict=True):
            value = rng.normal(size=ours.shape)
            fill(array, (), value)
            ours[...] = value
        pair.follow(random_steps(rng, params, 1))

    @watches_inputs
    def test_gradients_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the gradients it is given"""
        params = random_params(rng)
        pair = self.optimiser.pair(solution, params)
        watched = Watched(solution)
        grads = [watched.keep(f"grads[{i}]", grad) for i, grad in enumerate(random_steps(rng, params, 1)[0])]
        for _ in range(2):
            pair.theirs.step(grads)
            watched.assert_unchanged("step")


class GradientLayouts(_OptimiserContract):
    """Gradients and parameters laid out otherwise: compared with the solution's own path for ordinary arrays."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if metafunc.function.__name__ == "test_layouts":
            metafunc.parametrize("layout", [read_only, gapped], ids=["read-only", "gapped"])
        if metafunc.function.__name__ == "test_views":
            metafunc.parametrize("layout", [gapped, np.asfortranarray], ids=["gapped", "Fortran order"])

    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: Callable[[np.ndarray], np.ndarray]) -> None:
        """gradients in another layout lead to the same parameters"""
        params = random_params(rng)
        steps = random_steps(rng, params, 3)
        expected = self.optimiser.end(solution, params, steps)
        got = self.optimiser.end(solution, params, [[layout(grad) for grad in grads] for grads in steps])
        for i, (value, usual) in enumerate(zip(got, expected, strict=True)):
            assert_close(value, usual, f"params[{i}], compared with ordinary gradients")

    def test_views(self, solution: Solution, rng: np.random.Generator, layout: Callable[[np.ndarray], np.ndarray]) -> None:
        """parameters in another layout are updated in place"""
        params = random_params(rng)
        steps = random_steps(rng, params, 3)
        expected = self.optimiser.end(solution, params, steps)
        got = self.optimiser.end(solution, [layout(param) for param in params], steps)
        for i, (value, usual) in enumerate(zip(got, expected, strict=True)):
            assert_close(value, usual, f"params[{i}], compared with ordinary arrays")

    def test_single_numbers(self, solution: Solution, rng: np.random.Generator) -> None:
        """a parameter may be a single number, with axes or without"""
        shapes: list[tuple[int, ...]] = [(), (1,), (1, 1)]
        (vector,) = random_params(rng, [(len(shapes),)])
        steps = random_steps(rng, [vector], 3)
        (expected,) = self.optimiser.end(solution, [vector], steps)

        def apart(values: np.ndarray) -> list[np.ndarray]:
            return [part.reshape(shape) for part, shape in zip(np.split(values, len(shapes)), shapes, strict=True)]

        got = self.optimiser.end(solution, apart(vector), [apart(grad) for (grad,) in steps])
        for shape, number, value in zip(shapes, got, apart(expected), strict=True):
            assert_close(number, value, f"a parameter of shape {shape}, compared with the same number in a vector")

    def test_reused_gradients(self, solution: Solution, rng: np.random.Generator) -> None:
        """the caller may write the next gradients into the same arrays"""
        params = random_params(rng)
        steps = random_steps(rng, params, 4)
        expected = self.optimiser.end(solution, params, steps)
        pair = self.optimiser.pair(solution, params)
        buffers = [put(solution, np.zeros_like(param)) for param in params]
        for grads in steps:
            for buffer, grad in zip(buffers, grads, strict=True):
                fill(buffer, (), grad)
            pair.theirs.step(buffers)
        for i, (value, usual) in enumerate(zip(pair.moved(), expected, strict=True)):
            assert_close(value, usual, f"params[{i}], compared with new arrays for every step")
