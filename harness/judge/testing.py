"""What hidden tests were written with before the contracts: katas move to `harness.testing` one by one.

A hidden test drives the learner's solution through the `solution` fixture and judges what comes back with these
functions. Each raises `CheckFailed` with a sentence that a learner can act on: what was expected, what came, where.

Tolerances: two right float64 computations of the same few hundred terms differ by some 1e-13 of the largest value;
`assert_close` allows 1e-9 of it. The smallest thing that a mistake changes (an eps of 1e-5 in the wrong place) is
ten thousand times larger. In float32 the same reasoning gives 1e-5.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from harness.judge import gradcheck
from harness.judge.assertions import CheckFailed
from harness.sandbox.errors import SolutionRaised
from harness.sandbox.proxy import RemoteObject, Solution, fetch, fill, kept, put, stand_in
from harness.sandbox.transcript import unrecorded

__all__ = [
    "SHAPE_WORDS",
    "CheckFailed",
    "LayerCase",
    "assert_close",
    "assert_dtype",
    "assert_gradient",
    "assert_honours_generator",
    "assert_no_warnings",
    "assert_normal",
    "assert_own_gradient",
    "assert_reference_gradient",
    "assert_rejects",
    "assert_shape",
    "by_position",
    "by_properties",
    "expect",
    "fetch",
    "fill",
    "gapped",
    "gradients",
    "kept",
    "note",
    "put",
    "read_only",
    "share_parameters",
    "stand_in",
]

FOLLOW_THROUGH = "your backward is the derivative of your own forward, so the mistake is in forward"
Check = TypeVar("Check", bound=Callable[..., None])


# values


def expect(condition: bool, message: str) -> None:
    """Fail with `message` unless the condition holds."""
    if not condition:
        raise CheckFailed(message)


def assert_shape(got: Any, shape: tuple[int, ...], what: str) -> None:
    """Fail unless `got` is an array of real numbers of that shape (a number has the shape `()`)."""
    if not isinstance(got, np.ndarray | np.generic | int | float):
        raise CheckFailed(f"{what} is {_describe(got)}, expected {_of_shape(shape)}")
    if np.shape(got) != shape:
        forms = (np.broadcast_to(0.0, np.shape(got)), np.broadcast_to(0.0, shape))  # shapes to compare, without the weight
        raise CheckFailed(f"{what} has shape {np.shape(got)}, expected {shape}", *forms)
    if np.iscomplexobj(got):
        raise CheckFailed(f"{what} holds complex numbers, expected real ones")


def assert_dtype(got: Any, dtype: type | np.dtype, what: str) -> None:
    """Fail unless `got` is an array of that dtype."""
    if not isinstance(got, np.ndarray | np.generic):
        raise CheckFailed(f"{what} is {_describe(got)}, expected an array of dtype {np.dtype(dtype)}")
    if got.dtype != np.dtype(dtype):
        raise CheckFailed(f"{what} has dtype {got.dtype}, expected {np.dtype(dtype)}")


def assert_close(got: Any, expected: Any, what: str, rtol: float | None = None) -> None:
    """Fail unless `got` has the expected shape and values.

    Args:
        got: what the solution returned.
        expected: an array, or a number; integers and booleans must match exactly.
        what: its name in messages, as the learner knows it: "d_weight", "forward(x)".
        rtol: how far a value may be off, as a share of the largest expected magnitude (at least 1e-3 is taken for it);
            by default 1e-9, or 1e-5 where `got` or `expected` is float32.
    """
    expected = np.asarray(expected)
    assert_shape(got, expected.shape, what)
    value = np.asarray(got)
    if expected.dtype.kind in "biu" and value.dtype.kind in "biu":
        wrong = value != expected
        error: np.ndarray = wrong.astype(float)
    else:
        _assert_finite_where(value, expected, what)
        if rtol is None:
            rtol = 1e-5 if np.float32 in (value.dtype, expected.dtype) else 1e-9
        finite = np.isfinite(expected)
        scale = max(float(np.max(np.abs(expected[finite]), initial=0.0)), 1e-3)
        with np.errstate(invalid="ignore", over="ignore"):
            alike = (value == expected) | (np.isnan(value) & np.isnan(expected))
            error = np.abs(np.where(alike, 0.0, value.astype(np.float64) - expected))
        wrong = ~(error <= rtol * scale)
    if not np.any(wrong):
        return
    if value.ndim == 0:
        raise CheckFailed(f"{what} is {_number(value[()])}, expected {_number(expected[()])}", value, expected)
    worst = np.unravel_index(np.argmax(np.where(np.isnan(error), np.inf, error)), value.shape)
    place = ", ".join(str(int(i)) for i in worst)
    count = int(np.sum(wrong))
    raise CheckFailed(
        f"{what}: {count} of {value.size} values {'is' if count == 1 else 'are'} wrong; "
        f"the worst is [{place}]: got {_number(value[worst])}, expected {_number(expected[worst])}",
        value,
        expected,
    )


def assert_no_warnings(solution: Solution) -> None:
    """Fail if NumPy or Python warned during any call of this check so far."""
    if solution._transcript.warnings:
        raise CheckFailed(f"it gives the right numbers, but with a warning: {solution._transcript.warnings[0]}")


def _assert_finite_where(value: np.ndarray, expected: np.ndarray, what: str) -> None:
    with np.errstate(invalid="ignore"):
        nan = int(np.sum(np.isnan(value) & ~np.isnan(expected)))
        infinite = int(np.sum(np.isinf(value) & np.isfinite(expected)))
    if nan or infinite:
        parts = [f"{count} {name}" for count, name in ((nan, "NaN"), (infinite, "inf")) if count]
        raise CheckFailed(f"{what} holds {' and '.join(parts)} among {value.size} values", value, expected)


# layers


@dataclass(frozen=True)
class LayerCase:
    """A layer of the solution with one input: what a gradient check needs to drive it.

    Args:
        layer: the learner's object.
        x: its input.
        parameters: names of its parameters, in the order in which `backward` returns their gradients.
        options: keyword arguments of `forward`, as `{"training": True}`.
    """

    layer: RemoteObject
    x: np.ndarray
    parameters: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def gradient_names(self) -> tuple[str, ...]:
        return ("d_x", *(f"d_{name}" for name in self.parameters))

    def forward(self) -> Any:
        """The layer's output for x."""
        return self.layer.forward(self.x, **self.options)

    def backward(self, d_out: np.ndarray) -> dict[str, Any]:
        """The gradients that `backward` returns, by name. `forward` must have been called."""
        result = self.layer.backward(d_out)
        if not self.parameters:
            return {"d_x": result}
        return dict(zip(self.gradient_names, gradients(result, self.gradient_names), strict=True))


def gradients(result: Any, names: Sequence[str], call: str = "backward") -> tuple[Any, ...]:
    """What `backward` returned, as one value for each name; a list is as good as a tuple."""
    if not isinstance(result, list | tuple) or len(result) != len(names):
        came = f"{len(result)} values" if isinstance(result, list | tuple) else _describe(result)
        raise CheckFailed(f"{call} returned {came}, expected {len(names)}: ({', '.join(names)})")
    return tuple(result)


def share_parameters(theirs: RemoteObject, ours: Any, rng: np.random.Generator, names: Sequence[str]) -> None:
    """Assign new random values to the named parameters, the same in the learner's object and in the reference's."""
    for name in names:
        value = rng.normal(size=np.shape(getattr(ours, name)))
        setattr(theirs, name, value)
        setattr(ours, name, value.copy())


def by_position(kind: Callable[..., Any], options: Mapping[str, Any]) -> tuple[Any, ...]:
    """Options as the arguments that follow the required ones, in the order of the reference's signature.

    What lies before the last option given is filled with the reference's defaults. So a solution with the right names
    in another order is found out.

    Args:
        kind: the reference's class or function.
        options: some of its arguments that have defaults.
    """
    optional = [p for p in inspect.signature(kind).parameters.values() if p.default is not p.empty]
    last = max((i for i, parameter in enumerate(optional) if parameter.name in options), default=-1)
    return tuple(options.get(parameter.name, parameter.default) for parameter in optional[: last + 1])


def assert_own_gradient(case: LayerCase, name: str, rng: np.random.Generator, locate: bool = True) -> None:
    """Fail unless the gradient of that name ("d_x", "d_weight", ...) is the derivative of the learner's own forward.

    `locate` is as for `assert_gradient`.
    """
    parameter = name.removeprefix("d_")
    layer = case.layer
    start = case.x if parameter == "x" else np.array(getattr(layer, parameter))

    def forward(value: np.ndarray) -> Any:
        if parameter == "x":
            return layer.forward(value, **case.options)
        setattr(layer, parameter, value)
        return case.forward()

    def backward(d_out: np.ndarray) -> Any:
        if parameter != "x":
            setattr(layer, parameter, start)
        return _after_forward(case, d_out)[name]

    outs = [forward(start), forward(start + 0.01 * gradcheck.spread_signs(rng, start.shape, start.dtype))]
    for out in outs:
        assert_shape(out, np.shape(out), "the output of forward")
    if np.array_equal(*outs):
        raise CheckFailed(f"forward does not depend on {parameter}, so {name} has no derivative to agree with")
    assert_gradient(forward, start, backward, rng, name, locate=locate)


def assert_reference_gradient(case: LayerCase, ours: Any, name: str, rng: np.random.Generator) -> None:
    """Fail unless the gradient of that name equals the reference's, at the same input and parameters.

    Where it does not, but is the derivative of the learner's own forward, the message says so.
    """
    out = ours.forward(case.x, **case.options)
    d_out = rng.normal(size=np.shape(out)).astype(out.dtype)
    result = ours.backward(d_out)
    expected = dict(zip(case.gradient_names, result if case.parameters else (result,), strict=True))[name]
    got = case.forward()
    assert_shape(got, np.shape(out), "the output of forward")
    gradient = case.backward(d_out)[name]
    try:
        assert_close(gradient, expected, name)
    except CheckFailed as failure:
        with unrecorded():
            follows = _passes(assert_own_gradient, case, name, rng, False)
        if not follows:
            raise
        raise CheckFailed(f"{failure}; {FOLLOW_THROUGH}", failure.got, failure.expected) from None


def assert_gradient(
    forward: Callable[[np.ndarray], Any],
    x: np.ndarray,
    backward: Callable[[np.ndarray], Any],
    rng: np.random.Generator,
    what: str,
    directions: int = 3,
    locate: bool = True,
) -> None:
    """Fail unless `backward` is the derivative of `forward` at x; both are the learner's. See `gradcheck`.

    Args:
        forward: maps an array like x to the solution's output, an array or a number.
        x: float64 array, away from kinks by more than 0.01.
        backward: maps d_out, shaped like the output, to the gradient with respect to x.
        rng: draws the directions.
        what: the gradient's name in messages.
        directions: how many random directions are tried.
        locate: whether a failure names the worst coordinate, which takes the derivative along every one.
    """

    def checked_forward(at: np.ndarray) -> Any:
        out = forward(at)
        assert_shape(out, np.shape(out), "the output of forward")
        return out

    def checked_backward(d_out: np.ndarray) -> np.ndarray:
        gradient = backward(d_out)
        assert_shape(gradient, x.shape, what)
        value = np.asarray(gradient)
        _assert_finite_where(value, np.zeros(x.shape), what)
        return value

    out_dtype = np.asarray(checked_forward(x)).dtype
    if x.dtype == np.float64 and out_dtype in (np.float32, np.float16):
        raise CheckFailed(f"forward answers {out_dtype} to float64 input, too coarse to check a gradient")
    try:
        found = gradcheck.find_disagreement(checked_forward, checked_backward, x, rng, directions)
    except gradcheck.NotDifferentiable as reason:
        raise CheckFailed(f"{what} cannot be compared with your forward: {reason}") from None
    if found is None:
        return
    if locate:
        with unrecorded():
            expected = gradcheck.numerical_gradient(checked_forward, x, found.output_weights)
            got = checked_backward(found.output_weights)
        try:
            assert_close(got, expected, what, rtol=1e-6)
        except CheckFailed as failure:
            raise CheckFailed(
                f"not the derivative of your own forward. {failure} (numerically)", failure.got, failure.expected
            ) from None
    raise CheckFailed(
        f"{what} is not the derivative of your own forward: along a random direction it gives "
        f"{_number(found.analytic)}, but your forward changes by {_number(found.numeric)}"
    )


def _after_forward(case: LayerCase, d_out: np.ndarray) -> dict[str, Any]:
    case.forward()
    return case.backward(d_out)


def _passes(check: Callable[..., None], *args: Any) -> bool:
    try:
        check(*args)
    except CheckFailed:
        return False
    return True


# arguments


SHAPE_WORDS = ("shape", "size", "mismatch", "aligned", "broadcast")
"""Words of NumPy's own ValueErrors for shapes that do not fit, which are as good as ours: they tell the sizes."""


def assert_rejects(call: Callable[[], Any], names: str | Sequence[str], value: Any) -> None:
    """Fail unless `call` raises ValueError with a message that names the argument and the value.

    Args:
        call: the call with one bad argument.
        names: the argument's name, or several words one of which a message may use for it; upper case, `_` and spaces
            are all the same.
        value: the bad value, or None where there is no single one to show. A number may be written in any way, and may
            stand among others, as in a shape; of a pair one number is enough.
    """
    names = (names,) if isinstance(names, str) else tuple(names)
    argument = names[0] if value is None else f"{names[0]}={value!r}"
    try:
        call()
    except SolutionRaised as raised:
        error = raised.error
        if error.is_a("NotImplementedError"):
            raise
        if not error.is_a("ValueError"):
            came = f"{raised.call} raised {error.type}: {error.message}"
            raise CheckFailed(f"{argument} must raise ValueError; {came}") from None
        missing = [
            part
            for part, there in (("argument", _names_one_of(error.message, names)), ("value", _shows(error.message, value)))
            if not there
        ]
        if missing:
            raise CheckFailed(
                f"{argument} raises ValueError, but its message does not name the {' and the '.join(missing)}: "
                f"{error.message!r}"
            ) from None
        return
    raise CheckFailed(f"{argument} must raise ValueError, but nothing was raised")


def _names_one_of(message: str, names: Sequence[str]) -> bool:
    text = message.lower().replace("_", " ")
    return any(re.search(rf"(?<![a-z]){re.escape(name.lower().replace('_', ' '))}s?(?![a-z])", text) for name in names)


def _shows(message: str, value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, tuple):
        return any(_shows(message, part) for part in value)
    if isinstance(value, int | float):
        return any(float(number) == value for number in re.findall(r"-?\d+\.?\d*(?:[eE][-+]?\d+)?", message))
    return str(value).lower() in message.lower()


# randomness


def assert_normal(solution: Solution, sample: Any, std: float, what: str) -> None:
    """Fail unless the sample looks drawn from N(0, std**2).

    Mean, variance and fourth moment must each lie within 6 standard errors of what they should be (for n values:
    std/sqrt(n), var*sqrt(2/n) and var**2*sqrt(96/n)). A right solution fails with a probability of about 6e-9, so draw at
    least 20,000 values: then a variance that is off by 6 % is found.
    """
    value = np.asarray(sample, dtype=np.float64)
    n = value.size
    mean, variance, fourth = value.mean() / std, np.mean(value**2) / std**2, np.mean(value**4) / std**4
    note(solution, std_ratio=float(np.sqrt(variance)), fourth_moment=float(fourth))
    if abs(variance - 1) > 6 * np.sqrt(2 / n):
        raise CheckFailed(f"{what} has a standard deviation of {np.std(value):.4g}, expected {std:.4g}")
    if abs(mean) > 6 / np.sqrt(n):
        raise CheckFailed(f"{what} has a mean of {value.mean():.4g}, expected 0")
    if abs(fourth - 3) > 6 * np.sqrt(96 / n):
        raise CheckFailed(f"{what} is not normally distributed (its fourth moment is {fourth:.2f} sigma^4, expected 3)")


def assert_honours_generator(draw: Callable[[np.random.Generator], Any], what: str) -> None:
    """Fail unless `draw` gives equal arrays for equal generators and different ones for different generators.

    Args:
        draw: builds something with the generator that it is given, and returns the random array.
        what: the array's name in messages.
    """
    first, again, other = (np.asarray(draw(np.random.default_rng(seed))) for seed in (5, 5, 6))
    if not np.array_equal(first, again):
        raise CheckFailed(f"{what} differs between two generators with the same seed: draw only from `rng`")
    if np.array_equal(first, other):
        raise CheckFailed(f"{what} is the same for generators with different seeds: draw it from `rng`")


def note(solution: Solution, **properties: Any) -> None:
    """Write down properties of what came back, for a check that `by_properties` marks."""
    solution._transcript.notes.extend(properties.items())


def by_properties(check: Check) -> Check:
    """Marks a check of random results: the diagnosis compares the message and the noted properties, not the values."""
    check.__dict__["compares_properties"] = True
    return check


# layouts


def read_only(array: np.ndarray) -> np.ndarray:
    """A copy that cannot be written to; the solution gets it as such."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def gapped(array: np.ndarray) -> np.ndarray:
    """The same values in an array that is not contiguous; the solution gets it as such."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), dtype=array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


# words


def _of_shape(shape: tuple[int, ...]) -> str:
    return f"an array of shape {shape}" if shape else "a number"


def _describe(value: Any) -> str:
    if value is None:
        return "None (is a return missing?)"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)} values"
    if isinstance(value, np.ndarray):
        return f"one array of shape {value.shape}"
    if isinstance(value, RemoteObject):
        return repr(value)
    return f"a {type(value).__name__}"


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)
