"""What hidden tests say about gradients: is `backward` the derivative of the solution's own `forward`?

The arithmetic is in `gradcheck`; here its results become sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.judge import gradcheck
from harness.judge.assertions import CheckFailed, assert_close, assert_finite_where, assert_shape, describe, number
from harness.judge.verdict import Cause
from harness.sandbox.transcript import probing, unrecorded

FOLLOW_THROUGH = "your backward is the derivative of your own forward, so the mistake is in forward"


def gradients(result: Any, names: Sequence[str], call: str = "backward") -> dict[str, Any]:
    """What `backward` returned, by name: a bare value for one name, else a tuple or a list with one for each name."""
    if len(names) == 1 and not isinstance(result, list | tuple):
        return {names[0]: result}
    if not isinstance(result, list | tuple) or len(result) != len(names):
        came = f"{len(result)} values" if isinstance(result, list | tuple) else describe(result)
        expected = names[0] if len(names) == 1 else f"{len(names)}: ({', '.join(names)})"
        raise CheckFailed(f"{call} returned {came}, expected {expected}", cause=Cause.WRONG_SHAPE)
    return dict(zip(names, result, strict=True))


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
        with probing():
            out = forward(at)
        assert_shape(out, np.shape(out), "the output of forward")
        return out

    def checked_backward(d_out: np.ndarray) -> np.ndarray:
        gradient = backward(d_out)
        assert_shape(gradient, x.shape, what)
        value = np.asarray(gradient)
        assert_finite_where(value, np.zeros(x.shape), what)
        return value

    out_dtype = np.asarray(checked_forward(x)).dtype
    if x.dtype == np.float64 and out_dtype in (np.float32, np.float16):
        message = f"forward answers {out_dtype} to float64 input, too coarse to check a gradient"
        raise CheckFailed(message, cause=Cause.WRONG_DTYPE)
    try:
        found = gradcheck.find_disagreement(checked_forward, checked_backward, x, rng, directions)
    except gradcheck.NotDifferentiable as reason:
        message = f"{what} cannot be compared with your forward: {reason}"
        raise CheckFailed(message, cause=Cause.WRONG_DERIVATIVE, what=what) from None
    if found is None:
        return
    if locate:
        with unrecorded():
            expected = gradcheck.numerical_gradient(checked_forward, x, found.output_weights)
            got = checked_backward(found.output_weights)
        try:
            assert_close(got, expected, what, rtol=1e-6)
        except CheckFailed as failure:
            message = f"not the derivative of your own forward. {failure} (numerically)"
            raise CheckFailed(message, failure.got, failure.expected, Cause.WRONG_DERIVATIVE, what) from None
    raise CheckFailed(
        f"{what} is not the derivative of your own forward: along a random direction it gives "
        f"{number(found.analytic)}, but your forward changes by {number(found.numeric)}",
        cause=Cause.WRONG_DERIVATIVE,
        what=what,
    )


def assert_depends(outputs: Sequence[Any], on: str, gradient: str) -> None:
    """Fail if outputs for different values of `on` are all the same: then no gradient could be right."""
    if all(np.array_equal(outputs[0], other) for other in outputs[1:]):
        message = f"forward does not depend on {on}, so {gradient} has no derivative to agree with"
        raise CheckFailed(message, cause=Cause.WRONG_DERIVATIVE, what=gradient)
