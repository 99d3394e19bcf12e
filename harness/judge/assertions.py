"""What hidden tests say about values: shapes, dtypes, numbers. Each assertion fails with a sentence for the learner.

Tolerances: two correct float64 computations of the same few hundred terms differ by some 1e-13 of the largest value;
`assert_close` allows 1e-9 of it. The smallest thing that a mistake changes (an eps of 1e-5 in the wrong place) is
ten thousand times larger. In float32 the same reasoning gives 1e-5. The dtype that counts is the expected one: a solution
cannot choose the looser tolerance by answering float32 where float64 is due.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.judge.verdict import Cause
from harness.sandbox.proxy import RemoteObject, Solution


class CheckFailed(AssertionError):
    """A check found something wrong.

    Args:
        message: the sentence for the learner.
        got, expected: what was compared, for the diagnosis and for the evidence on the screen.
        cause: the kind of failure.
        what: the name of what was compared, as the learner knows it.

    Attributes:
        exchanges: how many exchanges of the transcript lead to it, where the check went on; None for all.
    """

    exchanges: int | None = None

    def __init__(
        self,
        message: str,
        got: Any = None,
        expected: Any = None,
        cause: Cause = Cause.WRONG_BEHAVIOUR,
        what: str = "",
    ) -> None:
        super().__init__(message)
        self.got, self.expected, self.cause, self.what = got, expected, cause, what


def expect(condition: bool, message: str) -> None:
    """Fail with `message` unless the condition holds."""
    if not condition:
        raise CheckFailed(message)


def assert_shape(got: Any, shape: tuple[int, ...], what: str) -> None:
    """Fail unless `got` is an array of real numbers of that shape (a number has the shape `()`)."""
    if not isinstance(got, np.ndarray | np.generic | int | float):
        raise CheckFailed(f"{what} is {describe(got)}, expected {_of_shape(shape)}", cause=Cause.WRONG_SHAPE, what=what)
    if np.shape(got) != shape:
        forms = (np.broadcast_to(0.0, np.shape(got)), np.broadcast_to(0.0, shape))  # shapes to compare, without the weight
        raise CheckFailed(f"{what} has shape {np.shape(got)}, expected {shape}", *forms, Cause.WRONG_SHAPE, what)
    if np.iscomplexobj(got):
        raise CheckFailed(f"{what} holds complex numbers, expected real ones", cause=Cause.WRONG_DTYPE, what=what)


def assert_dtype(got: Any, dtype: type | np.dtype, what: str) -> None:
    """Fail unless `got` is an array of that dtype."""
    if not isinstance(got, np.ndarray | np.generic):
        message = f"{what} is {describe(got)}, expected an array of dtype {np.dtype(dtype)}"
        raise CheckFailed(message, cause=Cause.WRONG_DTYPE, what=what)
    if got.dtype != np.dtype(dtype):
        raise CheckFailed(f"{what} has dtype {got.dtype}, expected {np.dtype(dtype)}", cause=Cause.WRONG_DTYPE, what=what)


def assert_close(got: Any, expected: Any, what: str, rtol: float | None = None) -> None:
    """Fail unless `got` has the expected shape and values.

    Args:
        got: what the solution returned.
        expected: an array, or a number; integers and booleans must match exactly.
        what: its name in messages, as the learner knows it: "d_weight", "forward(x)".
        rtol: how far a value may be off, as a share of the largest expected magnitude (at least 1e-3 is taken for it);
            by default 1e-9, or 1e-5 where `expected` is float32.
    """
    expected = np.asarray(expected)
    assert_shape(got, expected.shape, what)
    value = np.asarray(got)
    if expected.dtype.kind in "biu" and value.dtype.kind in "biu":
        wrong = value != expected
        error: np.ndarray = wrong.astype(float)
    else:
        assert_finite_where(value, expected, what)
        if rtol is None:
            rtol = 1e-5 if expected.dtype == np.float32 else 1e-9
        finite = np.isfinite(expected)
        scale = max(float(np.max(np.abs(expected[finite]), initial=0.0)), 1e-3)
        with np.errstate(invalid="ignore", over="ignore"):
            alike = (value == expected) | (np.isnan(value) & np.isnan(expected))
            error = np.abs(np.where(alike, 0.0, value.astype(np.float64) - expected))
        wrong = ~(error <= rtol * scale)
    if not np.any(wrong):
        return
    if value.ndim == 0:
        shown, right = told_apart(value[()], expected[()])
        raise CheckFailed(f"{what} is {shown}, expected {right}", value, expected, Cause.WRONG_VALUE, what)
    worst = np.unravel_index(np.argmax(np.where(np.isnan(error), np.inf, error)), value.shape)
    place = ", ".join(str(int(i)) for i in worst)
    count = int(np.sum(wrong))
    shown, right = told_apart(value[worst], expected[worst])
    raise CheckFailed(
        f"{what}: {count} of {value.size} values {'is' if count == 1 else 'are'} wrong; "
        f"the worst is [{place}]: got {shown}, expected {right}",
        value,
        expected,
        Cause.WRONG_VALUE,
        what,
    )


def assert_finite_where(value: np.ndarray, expected: np.ndarray, what: str) -> None:
    """Fail if `value` holds NaN or inf where `expected` does not."""
    with np.errstate(invalid="ignore"):
        nan = int(np.sum(np.isnan(value) & ~np.isnan(expected)))
        infinite = int(np.sum(np.isinf(value) & np.isfinite(expected)))
    if nan or infinite:
        parts = [f"{count} {name}" for count, name in ((nan, "NaN"), (infinite, "inf")) if count]
        message = f"{what} holds {' and '.join(parts)} among {value.size} values"
        if value.ndim == 0:
            message = f"{what} is {'NaN' if nan else 'infinite'}"
        raise CheckFailed(message, value, expected, Cause.NOT_FINITE, what)


def assert_no_warnings(solution: Solution) -> None:
    """Fail if NumPy or Python warned during any call of this check so far."""
    if solution._transcript.warnings:
        message = f"it gives the right numbers, but with a warning: {solution._transcript.warnings[0]}"
        raise CheckFailed(message, cause=Cause.WARNED)


# layouts


def read_only(array: np.ndarray) -> np.ndarray:
    """A copy that cannot be written to; the solution gets it as such."""
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def gapped(array: np.ndarray) -> np.ndarray:
    """The same values in an array that is not contiguous; the solution gets it as such. A 0-d array stays as it is."""
    if array.ndim == 0:
        return array
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), dtype=array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


# words


def describe(value: Any) -> str:
    """What a value is that should have been another kind of thing."""
    if value is None:
        return "None (is a return missing?)"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)} values"
    if isinstance(value, np.ndarray):
        return f"one array of shape {value.shape}"
    if isinstance(value, RemoteObject):
        return repr(value)
    return f"a {type(value).__name__}"


def told_apart(got: Any, expected: Any) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart, 6 at least, and their difference where 9 are not enough."""
    if not isinstance(got, float | np.floating) or not isinstance(expected, float | np.floating):
        return number(got), number(expected)
    for digits in (6, 9):
        shown, right = f"{got:.{digits}g}", f"{expected:.{digits}g}"
        if shown != right:
            return shown, right
    return f"{got:.17g}", f"{expected:.17g} (a difference of {float(got) - float(expected):.3g})"


def number(value: Any) -> str:
    """A number for a message."""
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)


def _of_shape(shape: tuple[int, ...]) -> str:
    return f"an array of shape {shape}" if shape else "a number"
