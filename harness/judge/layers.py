"""What a layer is to a hidden test: its class, inputs, parameters and sizes, and how to run it forward and backward.

A kata declares its layer once; `contract` makes the checks of it that every layer gets, and the kata's own checks use the
same declaration:

    LINEAR = Layer(
        Linear,
        "x @ weight + bias",
        parameters=("weight", "bias"),
        cases={"tall": Case(5, 3, x=(4, 5)), "square": Case(4, 4, x=(6, 4))},
    )

A `Run` is one layer with its inputs, the learner's or the reference's: the same calls drive either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from harness.judge import gradcheck
from harness.judge.assertions import CheckFailed, assert_close, assert_shape
from harness.judge.gradients import FOLLOW_THROUGH, assert_depends, assert_gradient, gradients
from harness.judge.randomness import Start
from harness.judge.verdict import Cause
from harness.sandbox.proxy import RemoteObject, Solution, assign
from harness.sandbox.transcript import probing, unrecorded

ONE_FUNCTION_RTOL = 1e-6

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
Inputs = dict[str, Any]


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal numbers."""
    return rng.normal(size=shape)


class Case:
    """Sizes of one case: arguments of the constructor, by position, and what `forward` gets, by name.

    An input is a shape, which is filled with random numbers; or a function of the generator that makes it (ids, masks);
    or anything else, which is passed as it is (`training=True`).
    """

    def __init__(self, *arguments: Any, **inputs: Any) -> None:
        self.arguments, self.inputs = arguments, inputs


@dataclass(frozen=True)
class Layer:
    """A layer's declaration.

    Attributes:
        kind: the reference's class; the solution's has its name.
        formula: what forward gives, for a title: "forward gives {formula}".
        cases: by name. The first is the plain one, which all checks use that need only one.
        parameters: in the order in which `backward` returns their gradients.
        state: other attributes that forward reads, as running statistics.
        holder: the attribute that holds the parameters as a dict, where they are no attributes themselves;
            `backward` then returns one dict of their gradients last.
        inputs: names of forward's positional inputs; those of floating dtype get a gradient, in this order. Other inputs
            of a case are passed by keyword.
        own: names of the cases in which backward is compared with the solution's own forward.
        correct: names of the cases in which gradients are compared with the reference's; by default all.
        batches: inputs of one layer, one after another, made with the first case's arguments. By default the first case's
            with other lengths of the first axis.
        draw: fills the shapes of inputs, by default with standard normal numbers.
        draws: the same for single inputs, parameters or state, by name.
        starts: how parameters start.
        start: the constructor's arguments for that: large, so that a distribution shows.
        keeps_dtype: whether float32 in must give float32 out; else float64 is as good.
        float32_rtol: how far float32 results may be off, as a share of the largest.
    """

    kind: type
    formula: str
    cases: Mapping[str, Case]
    parameters: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    holder: str | None = None
    inputs: tuple[str, ...] = ("x",)
    own: tuple[str, ...] | None = None
    correct: tuple[str, ...] | None = None
    batches: Sequence[Inputs] = ()
    draw: Draw = normal
    draws: Mapping[str, Draw] = field(default_factory=dict)
    starts: Mapping[str, Start] = field(default_factory=dict)
    start: tuple[Any, ...] = ()
    keeps_dtype: bool = False
    float32_rtol: float = 1e-5

    takes_d_out = True

    @property
    def plain(self) -> Case:
        """The first case."""
        return next(iter(self.cases.values()))

    def draw_inputs(self, rng: np.random.Generator, inputs: Mapping[str, Any]) -> Inputs:
        """The inputs of a case: shapes filled, functions called."""
        drawn: Inputs = {}
        for name, given in inputs.items():
            if callable(given):
                drawn[name] = given(rng)
            elif isinstance(given, tuple) and all(isinstance(n, int) for n in given):
                drawn[name] = np.asarray(self.draws.get(name, self.draw)(rng, given))
            else:
                drawn[name] = given
        return drawn

    def gradient_names(self, case: Case) -> tuple[str, ...]:
        """Names of the gradients that `backward` returns in that case."""
        drawn = self.draw_inputs(np.random.default_rng(0), case.inputs)
        return Run(self, None, drawn).gradient_names

    def make(self, solution: Solution, *arguments: Any) -> RemoteObject:
        """An object of the learner's class."""
        made: RemoteObject = getattr(solution, self.kind.__name__)(*arguments)
        return made

    def values(self, rng: np.random.Generator, *arguments: Any) -> dict[str, np.ndarray]:
        """New random parameters and state for a layer with these arguments, by name."""
        ours = self.kind(*arguments)
        held = getattr(ours, self.holder) if self.holder else vars(ours)
        names = tuple(held) if self.holder else (*self.parameters, *self.state)
        return {name: self.draws.get(name, normal)(rng, np.shape(held[name])) for name in names}

    def pair(self, solution: Solution, rng: np.random.Generator, *arguments: Any) -> tuple[RemoteObject, Any]:
        """The learner's layer and the reference's, with the same random parameters and state."""
        theirs, ours = self.make(solution, *arguments), self.kind(*arguments)
        self.assign((theirs, ours), self.values(rng, *arguments))
        return theirs, ours

    def assign(self, targets: Sequence[Any], values: Mapping[str, np.ndarray]) -> None:
        """Give the layers these parameters and state, a copy to each."""
        for target in targets:
            for name, value in values.items():
                if isinstance(target, RemoteObject):
                    path = (self.holder, name) if self.holder else (name,)
                    assign(target, path, value, in_place=self.holder is not None)
                elif self.holder is None:
                    setattr(target, name, value.copy())
                else:
                    getattr(target, self.holder)[name] = value.copy()

    def runs(self, solution: Solution, rng: np.random.Generator, case: Case | None = None, **inputs: Any) -> tuple[Run, Run]:
        """The learner's layer and the reference's with the same parameters and inputs, ready to run.

        Args:
            solution: the solution.
            rng: draws parameters and inputs.
            case: by default the plain one.
            inputs: take the place of the case's.
        """
        case = case or self.plain
        theirs, ours = self.pair(solution, rng, *case.arguments)
        drawn = self.draw_inputs(rng, {**case.inputs, **inputs})
        return Run(self, theirs, drawn), Run(self, ours, drawn)


@dataclass(frozen=True)
class Loss(Layer):
    """A loss's declaration: forward gives a number, backward takes nothing.

    Attributes:
        differentiated: names of the inputs that get a gradient, in the order in which backward returns them.
        extremes: by name, cases at which a formula overflows that is used as it stands. Their results must be exact.
        extreme: what is extreme in them, for a title: "the loss at {extreme} is exact".
        unused: for the names of cases in which elements do not count, which ones: a function of the case's inputs that
            gives a boolean array for each input with such elements (for its leading axes, if it has fewer).
        spoils: what such elements are set to, times a random number: nothing may change.
        nothing: by name, inputs of which nothing counts, for a loss made with the plain case's arguments.
    """

    inputs: tuple[str, ...] = ("prediction", "target")
    differentiated: tuple[str, ...] = ("prediction",)
    extremes: Mapping[str, Case] = field(default_factory=dict)
    extreme: str = "logits of ±1e4"
    unused: Mapping[str, Callable[[Inputs], Mapping[str, np.ndarray]]] = field(default_factory=dict)
    spoils: tuple[float, ...] = (1e4,)
    nothing: Mapping[str, Inputs] = field(default_factory=dict)
    takes_d_out = False


@dataclass(frozen=True)
class Run:
    """One layer with one set of inputs; `target` is the learner's object or the reference's."""

    layer: Layer
    target: Any
    inputs: Inputs

    @property
    def differentiated(self) -> tuple[str, ...]:
        """The inputs that get a gradient."""
        if isinstance(self.layer, Loss):
            return self.layer.differentiated
        return tuple(n for n in self.layer.inputs if _is_float(self.inputs.get(n)))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters, which get a gradient each."""
        if self.layer.holder and self.target is not None:
            return tuple(getattr(self.target, self.layer.holder))
        return self.layer.parameters

    @property
    def gradient_names(self) -> tuple[str, ...]:
        return tuple(f"d_{name}" for name in (*self.differentiated, *self.parameters))

    def on(self, target: Any) -> Run:
        """The same inputs for another layer."""
        return Run(self.layer, target, self.inputs)

    def with_inputs(self, **inputs: Any) -> Run:
        """The same layer with some inputs changed."""
        return Run(self.layer, self.target, {**self.inputs, **inputs})

    def forward(self, call: Callable[..., Any] | None = None) -> Any:
        """The layer's output. `call` is called in place of its `forward`."""
        given = [self.inputs[name] for name in self.layer.inputs if name in self.inputs]
        options = {name: value for name, value in self.inputs.items() if name not in self.layer.inputs}
        return (call or self.target.forward)(*given, **options)

    def backward(self, d_out: np.ndarray | None = None) -> dict[str, Any]:
        """The gradients that `backward` returns, by name. `forward` must have been called."""
        return self.named(self.target.backward(d_out) if self.layer.takes_d_out else self.target.backward())

    def named(self, result: Any) -> dict[str, Any]:
        """What `backward` has returned, by name of the gradient."""
        if self.layer.holder is None:
            return gradients(result, self.gradient_names)
        found = gradients(result, (*(f"d_{name}" for name in self.differentiated), "grads"))
        grads = found.pop("grads")
        names = self.parameters
        if not isinstance(grads, dict) or set(grads) != set(names):
            came = sorted(grads) if isinstance(grads, dict) else type(grads).__name__
            raise CheckFailed(f"backward returned gradients for {came}, expected the keys of {self.layer.holder}")
        return {**found, **{f"d_{name}": grads[name] for name in names}}

    def parameter(self, name: str) -> np.ndarray:
        """A parameter's value now."""
        held = getattr(self.target, self.layer.holder)[name] if self.layer.holder else getattr(self.target, name)
        return np.array(held)

    def output(self, rng: np.random.Generator) -> tuple[Any, np.ndarray | None]:
        """forward's output, and a random d_out for it (None for a loss)."""
        out = self.forward()
        assert_shape(out, np.shape(out), "the output of forward")
        if not self.layer.takes_d_out:
            return out, None
        return out, rng.normal(size=np.shape(out)).astype(np.asarray(out).dtype)


def _is_float(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def assert_own_gradient(run: Run, name: str, rng: np.random.Generator, locate: bool = True, ours: Run | None = None) -> None:
    """Fail unless the gradient of that name ("d_x", "d_weight", ...) is the derivative of the learner's own forward.

    Args:
        run: the learner's layer.
        name: the gradient's.
        rng: draws directions.
        locate: as for `assert_gradient`.
        ours: the reference's layer with the same inputs and parameters. Where the learner's forward is correct at the point
            in question, it must be correct at the points around it as well: else it would be another function that is
            differentiated than the one that other checks compare.
    """
    variable = name.removeprefix("d_")
    is_input = variable in run.differentiated
    start = run.inputs[variable] if is_input else run.parameter(variable)

    def at(value: np.ndarray) -> Run:
        if is_input:
            return run.with_inputs(**{variable: value})
        run.layer.assign([run.target], {variable: value})
        return run

    seen: list[tuple[np.ndarray, Any]] = []

    def forward(value: np.ndarray) -> Any:
        with probing():
            out = at(value).forward()
        seen.append((value, out))
        return out

    def backward(d_out: np.ndarray) -> Any:
        here = at(start)
        here.forward()
        found = here.backward(d_out)[name]
        return found if run.layer.takes_d_out else found * d_out

    outs = [forward(start), forward(start + 0.01 * gradcheck.spread_signs(rng, start.shape, start.dtype))]
    for out in outs:
        assert_shape(out, np.shape(out), "the output of forward")
    assert_depends(outs, variable, name)
    assert_gradient(forward, start, backward, rng, name, locate=locate)
    if ours is not None:
        _assert_one_function(ours, variable, seen, rng)


def _assert_one_function(ours: Run, variable: str, seen: Sequence[tuple[np.ndarray, Any]], rng: np.random.Generator) -> None:
    """Fail if what was seen of a forward is correct at the first point, and something else at others."""

    def is_correct(value: np.ndarray, out: Any) -> bool:
        here = ours
        if variable in ours.differentiated:
            here = ours.with_inputs(**{variable: value})
        else:
            ours.layer.assign([ours.target], {variable: value})
        first, again = np.asarray(here.forward()), np.asarray(here.forward())
        if not np.array_equal(first, again, equal_nan=True):  # a layer that draws random numbers has no one function
            return False
        scale = max(float(np.max(np.abs(first), initial=0.0)), 1e-3)
        return np.shape(out) == first.shape and bool(np.all(np.abs(np.asarray(out) - first) <= ONE_FUNCTION_RTOL * scale))

    if not is_correct(*seen[0]):
        return  # wrong in its own way, which the checks of forward say
    for i in rng.integers(1, len(seen), size=3):
        if not is_correct(*seen[i]):
            raise CheckFailed(
                f"forward is correct at one {variable}, and computes something else at others close to it",
                cause=Cause.WRONG_BEHAVIOUR,
            )


def assert_reference_gradient(theirs: Run, ours: Run, name: str, rng: np.random.Generator) -> None:
    """Fail unless the gradient of that name equals the reference's, at the same inputs and parameters.

    Where it does not, but is the derivative of the learner's own forward, the message says so.
    """
    out, d_out = ours.output(rng)
    expected = ours.backward(d_out)[name]
    got = theirs.forward()
    assert_shape(got, np.shape(out), "the output of forward")
    gradient = theirs.backward(d_out)[name]
    try:
        assert_close(gradient, expected, name)
    except CheckFailed as failure:
        with unrecorded():
            follows = _passes(partial(assert_own_gradient, theirs, name, rng, False))
        if not follows:
            raise
        message = f"{failure}; {FOLLOW_THROUGH}"
        raise CheckFailed(message, failure.got, failure.expected, failure.cause, name) from None


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except CheckFailed:
        return False
    return True
