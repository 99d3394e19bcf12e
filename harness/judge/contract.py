"""The checks that every layer and every loss gets, once for all katas. Plain pytest, by inheritance:

    class TestForward(Forward, layer=LINEAR): ...
    class TestGradient(Gradient, layer=LINEAR): ...
    class TestRobustness(Robustness, layer=LINEAR): ...
    class TestLayouts(Layouts, layer=LINEAR): ...

A kata adds its own checks to these classes, and may replace one by a method of the same name. What a check is about
decides what it compares with: whether a second backward gives the same is asked of the solution's own first one, and
whether two layers share state of a layer that was alone, so that one wrong factor does not fail all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import pytest

from harness.judge.assertions import (
    CheckFailed,
    assert_close,
    assert_dtype,
    assert_no_warnings,
    assert_shape,
    expect,
    gapped,
    read_only,
)
from harness.judge.layers import Case, Inputs, Layer, Loss, Run, assert_own_gradient, assert_reference_gradient
from harness.judge.randomness import Start, assert_honours_generator, by_properties, note
from harness.judge.verdict import Cause
from harness.judge.watching import Watched, watches_inputs
from harness.sandbox.proxy import Solution, fetch, fill, kept, replace

LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "read-only": read_only,
    "gapped": gapped,
    "Fortran order": np.asfortranarray,
}


class LayerContract:
    """Base of the groups below: holds the declaration, fills it into titles, and spreads checks over its cases."""

    layer: ClassVar[Layer]
    words: ClassVar[dict[str, str]] = {}
    """What titles say in braces."""

    def __init_subclass__(cls, layer: Layer | None = None) -> None:
        if layer is None:
            return
        cls.layer = layer
        cls.words = {"formula": layer.formula}
        if isinstance(layer, Loss):
            cls.words["extreme"] = layer.extreme
        for name in cls._left_out(layer):
            setattr(cls, name, None)  # pytest collects only what can be called

    @classmethod
    def _left_out(cls, layer: Layer) -> Sequence[str]:
        """Names of the checks that do not apply to this layer."""
        return ()

    @classmethod
    def spread(cls, check: str) -> tuple[str, list[Any], list[str]] | None:
        """How a check is parametrised: argument names, values, ids; None where it is not."""
        return None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        found = self.spread(metafunc.function.__name__)
        if found is not None:
            names, values, ids = found
            metafunc.parametrize(names, values, ids=ids)


def _cases(layer: Layer, names: Sequence[str] | None) -> Sequence[str]:
    return tuple(layer.cases) if names is None else names


def _case_and_gradient(layer: Layer, cases: Sequence[str]) -> tuple[str, list[Any], list[str]]:
    pairs = [(case, name) for case in cases for name in layer.gradient_names(layer.cases[case])]
    return "case, name", pairs, [f"{case}-{name}" for case, name in pairs]


class Forward(LayerContract):
    """forward's values, and the parameters that it reads."""

    @classmethod
    def _left_out(cls, layer: Layer) -> Sequence[str]:
        parameters = () if layer.parameters or layer.holder else ("test_parameters_in_place", "test_parameters_replaced")
        return (*parameters, *(() if layer.starts else ("test_start",)), *_without_extremes(layer))

    @classmethod
    def spread(cls, check: str) -> tuple[str, list[Any], list[str]] | None:
        if check == "test_values":
            return "case", list(cls.layer.cases), list(cls.layer.cases)
        if check == "test_start":
            return "name, start", list(cls.layer.starts.items()), list(cls.layer.starts)
        if check == "test_extremes":
            return _extremes(cls.layer)
        return None

    def test_values(self, solution: Solution, rng: np.random.Generator, case: str) -> None:
        """forward gives {formula}"""
        theirs, ours = self.layer.runs(solution, rng, self.layer.cases[case])
        assert_close(theirs.forward(), ours.forward(), "the loss" if not self.layer.takes_d_out else "forward(x)")

    def test_extremes(self, solution: Solution, rng: np.random.Generator, case: Case) -> None:
        """the loss at {extreme} is exact, without a warning"""
        theirs, ours = self.layer.runs(solution, rng, case)
        assert_close(theirs.forward(), ours.forward(), "the loss")
        assert_no_warnings(solution)

    def test_parameters_in_place(self, solution: Solution, rng: np.random.Generator) -> None:
        """forward reads parameters that were changed in place after an earlier call"""

        def change(run: Run, name: str, value: np.ndarray) -> None:
            fill(run.target, (self.layer.holder, name) if self.layer.holder else name, value)

        self._assert_read(solution, rng, change)

    def test_parameters_replaced(self, solution: Solution, rng: np.random.Generator) -> None:
        """forward reads parameters that were replaced by other arrays after an earlier call"""

        def change(run: Run, name: str, value: np.ndarray) -> None:
            replace(run.target, (self.layer.holder, name) if self.layer.holder else name, gapped(value))

        self._assert_read(solution, rng, change)

    def _assert_read(
        self, solution: Solution, rng: np.random.Generator, change: Callable[[Run, str, np.ndarray], None]
    ) -> None:
        """Run a layer, change its parameters, run it again: it must do what a new layer with those parameters does."""
        arguments = self.layer.plain.arguments
        # into the constructor's arrays, where a new layer gets others: that shows which of them are still in use
        run = Run(self.layer, self.layer.make(solution, *arguments), self.layer.draw_inputs(rng, self.layer.plain.inputs))
        for name, value in self.layer.values(rng, *arguments).items():
            fill(run.target, (self.layer.holder, name) if self.layer.holder else name, value)
        before, d_out = run.output(rng)
        run.backward(d_out)
        values = self.layer.values(rng, *arguments)
        for name, value in values.items():
            change(run, name, value)
        fresh = run.on(self.layer.make(solution, *arguments))
        self.layer.assign([fresh.target], values)
        after = run.forward()
        if np.array_equal(after, before):
            raise CheckFailed("forward gives the same output after its parameters have changed", cause=Cause.WRONG_VALUE)
        assert_close(after, fresh.forward(), "forward(x) after the change, compared with a new layer")
        changed, new = run.backward(d_out), fresh.backward(d_out)
        for name, gradient in new.items():
            assert_close(changed[name], gradient, f"{name} after the change, compared with a new layer")

    @by_properties
    def test_start(self, solution: Solution, rng: np.random.Generator, name: str, start: Start) -> None:
        """{name} starts {start}"""
        arguments = self.layer.start or self.layer.plain.arguments
        made = getattr(solution, self.layer.kind.__name__)
        layer = made(*arguments, rng=rng) if _is_random(self.layer) else made(*arguments)
        shape = Run(self.layer, self.layer.kind(*arguments), {}).parameter(name).shape
        value = getattr(layer, self.layer.holder)[name] if self.layer.holder else getattr(layer, name)
        assert_shape(value, shape, name)
        start.judge(solution, value, name)


class Gradient(LayerContract):
    """backward: the derivative of the solution's own forward, and the correct one."""

    @classmethod
    def _left_out(cls, layer: Layer) -> Sequence[str]:
        other_batch = () if layer.batches or _default_batches(layer) else ("test_after_other_batch",)
        return (*other_batch, *_without_extremes(layer))

    @classmethod
    def spread(cls, check: str) -> tuple[str, list[Any], list[str]] | None:
        if check == "test_own_forward":
            return _case_and_gradient(cls.layer, _cases(cls.layer, cls.layer.own))
        if check == "test_correct":
            return _case_and_gradient(cls.layer, _cases(cls.layer, cls.layer.correct))
        if check == "test_extremes":
            return _extremes(cls.layer)
        return None

    def test_own_forward(self, solution: Solution, rng: np.random.Generator, case: str, name: str) -> None:
        """{name} is the derivative of your own forward pass"""
        theirs, ours = self.layer.runs(solution, rng, self.layer.cases[case])
        assert_own_gradient(theirs, name, rng, ours=ours)

    def test_correct(self, solution: Solution, rng: np.random.Generator, case: str, name: str) -> None:
        """{name} is correct"""
        theirs, ours = self.layer.runs(solution, rng, self.layer.cases[case])
        assert_reference_gradient(theirs, ours, name, rng)

    def test_extremes(self, solution: Solution, rng: np.random.Generator, case: Case) -> None:
        """the gradient at {extreme} is exact, without a warning"""
        theirs, ours = self.layer.runs(solution, rng, case)
        for run in (theirs, ours):
            run.forward()
        got = theirs.backward()
        for name, expected in ours.backward().items():
            assert_close(got[name], expected, name)
        assert_no_warnings(solution)

    def test_second_backward(self, solution: Solution, rng: np.random.Generator) -> None:
        """a second backward gives the same gradients again, and overwrites nothing that was returned before"""
        run, _ = self.layer.runs(solution, rng)
        out, d_out = run.output(rng)
        if d_out is None:
            first = run.backward()
        else:
            kept_out, kept_gradients = run.forward(kept(run.target.forward)), kept(run.target.backward)(d_out)
            first = run.named(fetch(kept_gradients))
            other = run.backward(rng.normal(size=np.shape(out)))
            expect(
                any(not np.array_equal(other[name], first[name]) for name in first),
                "backward gives the same gradients for another d_out",
            )
            for name, gradient in run.named(fetch(kept_gradients)).items():
                assert_close(gradient, first[name], f"{name} of the first backward, after another")
            for name, gradient in run.backward(-d_out).items():  # backward is linear in d_out
                assert_close(gradient, -first[name], f"{name} for -d_out, compared with minus that for d_out")
        again = run.backward(d_out)
        for name, gradient in first.items():
            assert_close(again[name], gradient, f"{name} of the last call, compared with the first")
        if d_out is None:
            return
        run.with_inputs(**self.layer.draw_inputs(rng, self.layer.plain.inputs)).forward()
        assert_close(fetch(kept_out), out, "the output of the first forward, after another")

    def test_after_other_batch(self, solution: Solution, rng: np.random.Generator) -> None:
        """backward belongs to the last forward, whatever came before"""
        arguments = self.layer.plain.arguments
        values = self.layer.values(rng, *arguments)
        used = self.layer.make(solution, *arguments)
        self.layer.assign([used], values)
        seen: list[np.ndarray] = []
        for batch in self.layer.batches or _default_batches(self.layer):
            run = Run(self.layer, used, self.layer.draw_inputs(rng, batch))
            _, d_out = run.output(rng)
            fresh = run.on(self.layer.make(solution, *arguments))
            # running statistics move with every batch: the new layer gets those of the used one
            self.layer.assign(
                [fresh.target], {**values, **{name: np.array(getattr(used, name)) for name in self.layer.state}}
            )
            fresh.forward()
            got, expected = run.backward(d_out), fresh.backward(d_out)
            for name, gradient in expected.items():
                assert_close(
                    got[name], gradient, f"{name} of a batch of shape {_first_shape(run)}, compared with a new layer"
                )
            seen += [np.asarray(gradient) for gradient in got.values()]
        expect(any(np.any(gradient) for gradient in seen), "backward gives 0 for every batch")

    def test_two_layers(self, solution: Solution, rng: np.random.Generator) -> None:
        """two layers share neither parameters nor what they remember"""
        alone, _ = self.layer.runs(solution, rng)
        arguments = self.layer.plain.arguments
        out, d_out = alone.output(rng)
        expected = alone.backward(d_out)
        values = _values_of(alone)
        first, second = (self.layer.make(solution, *arguments) for _ in range(2))
        self._assert_apart(alone.on(first), alone.on(second))
        self.layer.assign([first], values)
        self.layer.assign([second], self.layer.values(rng, *arguments))
        one = alone.on(first)
        # the same shapes show shared values, others show shared shapes
        others = [self.layer.plain.inputs, *(self.layer.batches or _default_batches(self.layer))[-1:]]
        for inputs in others:
            assert_close(one.forward(), out, "forward(x), compared with a layer on its own")
            Run(self.layer, second, self.layer.draw_inputs(rng, inputs)).output(rng)
            got = one.backward(d_out)
            for name, gradient in expected.items():
                assert_close(got[name], gradient, f"{name} of the first of two layers, compared with a layer on its own")
        expect(any(np.any(gradient) for gradient in expected.values()), "all gradients are 0")

    def _assert_apart(self, one: Run, other: Run) -> None:
        """Change the parameters of one new layer in place: those of another must stay as they are."""
        before = {name: other.parameter(name) for name in other.parameters}
        for name in one.parameters:
            fill(one.target, (self.layer.holder, name) if self.layer.holder else name, one.parameter(name) + 1)
        for name, value in before.items():
            assert_close(other.parameter(name), value, f"{name} of a layer, after that of another was changed in place")


class Robustness(LayerContract):
    """Inputs that belong to the caller, random parameters, and what does not count in a loss."""

    @classmethod
    def _left_out(cls, layer: Layer) -> Sequence[str]:
        random = () if _is_random(layer) else ("test_generator", "test_default_generator")
        unused = () if isinstance(layer, Loss) and layer.unused else ("test_unused",)
        nothing = () if isinstance(layer, Loss) and layer.nothing else ("test_nothing_counts",)
        return (*random, *unused, *nothing)

    @classmethod
    def spread(cls, check: str) -> tuple[str, list[Any], list[str]] | None:
        if not isinstance(cls.layer, Loss):
            return None
        if check == "test_unused":
            return "case", list(cls.layer.unused), list(cls.layer.unused)
        if check == "test_nothing_counts":
            return "inputs", list(cls.layer.nothing.values()), list(cls.layer.nothing)
        return None

    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """no call changes the arrays it is given"""
        run, _ = self.layer.runs(solution, rng)
        watched = Watched(solution)
        _, d_out = run.output(rng)
        remote = run.with_inputs(**watched.keep_all(run.inputs))
        remote.forward()
        watched.assert_unchanged("forward")
        remote.target.backward(*([watched.keep("d_out", d_out)] if self.layer.takes_d_out else []))
        watched.assert_unchanged("backward")

    @by_properties
    def test_generator(self, solution: Solution) -> None:
        """parameters are drawn from the generator that is given"""
        made = getattr(solution, self.layer.kind.__name__)
        for name in (name for name, start in self.layer.starts.items() if start.random):
            assert_honours_generator(solution, lambda rng, name=name: self._parameter(made, name, rng=rng), name)  # type: ignore[misc]

    @by_properties
    def test_default_generator(self, solution: Solution) -> None:
        """without a generator, two layers get different parameters"""
        made = getattr(solution, self.layer.kind.__name__)
        for name in (name for name, start in self.layer.starts.items() if start.random):
            first, second = (np.asarray(self._parameter(made, name)) for _ in range(2))
            note(solution, constant=first.size > 0 and bool(np.all(first == first.flat[0])))  # all 0 is no matter of seeds
            expect(not np.array_equal(first, second), f"two layers made without a generator have the same {name}")

    def test_unused(self, solution: Solution, rng: np.random.Generator, case: str) -> None:
        """what does not count has no influence on the loss, and a gradient of exactly 0"""
        assert isinstance(self.layer, Loss)
        run, _ = self.layer.runs(solution, rng, self.layer.cases[case])
        unused = self.layer.unused[case](run.inputs)
        before, expected = run.forward(), run.backward()
        for name in (f"d_{name}" for name in self.layer.differentiated):
            where = unused[name.removeprefix("d_")]
            gradient = np.asarray(expected[name])
            assert_shape(gradient, run.inputs[name.removeprefix("d_")].shape, name)
            expect(not np.any(gradient[where]), f"{name} is not 0 for what does not count")
            expect(bool(np.any(gradient[~where])), f"{name} is 0")
        for value in self.layer.spoils:
            spoilt = {name: run.inputs[name].copy() for name in unused}
            for name, where in unused.items():
                spoilt[name][where] = value * rng.normal(size=spoilt[name][where].shape)
            words = f"with other values there, about {value:g}" if np.isfinite(value) else f"with {value:g} there"
            other = run.with_inputs(**spoilt)
            assert_close(other.forward(), before, f"the loss {words}, compared with the loss before")
            for name, gradient in other.backward().items():
                assert_close(gradient, expected[name], f"{name} {words}, compared with the one before")
        assert_no_warnings(solution)

    def test_nothing_counts(self, solution: Solution, rng: np.random.Generator, inputs: Inputs) -> None:
        """where nothing counts, the loss is 0.0 and the gradient 0, without a warning"""
        run, _ = self.layer.runs(solution, rng, Case(*self.layer.plain.arguments, **inputs))
        assert_close(run.forward(), 0.0, "the loss")
        for name, gradient in run.backward().items():
            assert_close(gradient, np.zeros(run.inputs[name.removeprefix("d_")].shape), name)
        assert_no_warnings(solution)

    def _parameter(self, made: Callable[..., Any], name: str, **options: Any) -> Any:
        layer = made(*self.layer.plain.arguments, **options)
        return getattr(layer, self.layer.holder)[name] if self.layer.holder else getattr(layer, name)


class Layouts(LayerContract):
    """Arrays laid out otherwise, and float32: compared with the solution's own results for ordinary arrays."""

    @classmethod
    def spread(cls, check: str) -> tuple[str, list[Any], list[str]] | None:
        return ("layout", list(LAYOUTS), list(LAYOUTS)) if check == "test_layouts" else None

    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: str) -> None:
        """arrays in another layout give the same, forward and backward"""
        run, other = self._twins(solution, rng)
        arranged = other.with_inputs(**_each_array(run.inputs, LAYOUTS[layout]))
        out, d_out = run.output(rng)
        expected = run.backward(d_out)
        assert_close(arranged.forward(), out, "forward(x), compared with ordinary arrays")
        for name, gradient in arranged.backward(None if d_out is None else LAYOUTS[layout](d_out)).items():
            assert_close(gradient, expected[name], f"{name}, compared with ordinary arrays")

    def test_float32(self, solution: Solution, rng: np.random.Generator) -> None:
        """float32 input works, forward and backward"""
        run, other = self._twins(solution, rng)
        small = other.with_inputs(**_each_array(run.inputs, _to_float32))
        # the same numbers in float64, so that only the arithmetic differs
        wide = run.with_inputs(**_each_array(small.inputs, _to_float64))
        out, d_out = wide.output(rng)
        if d_out is not None:
            d_out = d_out.astype(np.float32)
        expected = wide.backward(None if d_out is None else d_out.astype(np.float64))
        got = {"forward(x)": small.forward(), **small.backward(d_out)}
        for name, value in got.items():
            right = out if name == "forward(x)" else expected[name]
            assert_close(value, right, f"{name} of float32 input", rtol=self.layer.float32_rtol)
            if self.layer.keeps_dtype:
                assert_dtype(value, np.float32, f"{name} of float32 input")

    def _twins(self, solution: Solution, rng: np.random.Generator) -> tuple[Run, Run]:
        """Two of the learner's layers with the same parameters and inputs, so that a stale cache is not at issue here."""
        run, _ = self.layer.runs(solution, rng)
        twin = self.layer.make(solution, *self.layer.plain.arguments)
        self.layer.assign([twin], _values_of(run))
        return run, run.on(twin)


def _without_extremes(layer: Layer) -> Sequence[str]:
    return () if isinstance(layer, Loss) and layer.extremes else ("test_extremes",)


def _extremes(layer: Layer) -> tuple[str, list[Any], list[str]] | None:
    return ("case", list(layer.extremes.values()), list(layer.extremes)) if isinstance(layer, Loss) else None


def _is_random(layer: Layer) -> bool:
    return any(start.random for start in layer.starts.values())


def _values_of(run: Run) -> dict[str, np.ndarray]:
    """Parameters and state of a layer as they are now."""
    return {
        **{name: run.parameter(name) for name in run.parameters},
        **{name: np.array(getattr(run.target, name)) for name in run.layer.state},
    }


def _each_array(inputs: Inputs, change: Callable[[np.ndarray], np.ndarray]) -> Inputs:
    return {name: change(value) for name, value in inputs.items() if isinstance(value, np.ndarray)}


def _to_float32(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def _to_float64(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def _first_shape(run: Run) -> tuple[int, ...]:
    return next(np.shape(value) for value in run.inputs.values() if isinstance(value, np.ndarray))


def _default_batches(layer: Layer) -> list[Inputs]:
    """The plain case's inputs with other lengths of the first axis; nothing where an input is no shape."""
    inputs = layer.plain.inputs
    if any(callable(given) for given in inputs.values()):
        return []
    return [
        {name: (n, *given[1:]) if isinstance(given, tuple) else given for name, given in inputs.items()}
        for n in (6, 6, 1, 3)
    ]
