"""Networks: models with their parameters in a dict `params`, which give all gradients as a dict with the same keys.

No contract fits them (one gives a loss and gradients in one call, another in two), so their hidden tests are plain pytest.
What those have in common is here: how parameters get in, and whether all gradients belong to the network's own output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.judge.assertions import CheckFailed, assert_shape, describe
from harness.judge.gradients import assert_gradient
from harness.judge.verdict import Cause
from harness.sandbox.proxy import RemoteObject, fill

Params = Mapping[str, np.ndarray]


def redrawn(rng: np.random.Generator, params: Params, scale: float = 1.0) -> dict[str, np.ndarray]:
    """Random values for parameters of these shapes, biases included. Those at the start are often too small to tell."""
    return {name: scale * rng.normal(size=value.shape) for name, value in params.items()}


def assign_params(
    values: Params,
    theirs: RemoteObject,
    ours: Any | None = None,
    change: Callable[[RemoteObject, tuple[str, str], np.ndarray], None] = fill,
) -> None:
    """Give the learner's network these parameters, and the reference's copies of them.

    Args:
        values: some or all of the parameters, by name.
        theirs: the learner's network.
        ours: the reference's, if it is to have them too.
        change: `fill` writes into the arrays that are there, `replace` puts others in their place.
    """
    for name, value in values.items():
        change(theirs, ("params", name), value)
        if ours is not None:
            ours.params[name] = value.copy()


def assert_keys(value: Any, names: Iterable[str], what: str) -> None:
    """Fail unless `value` is a dict with these keys."""
    if not isinstance(value, dict):
        raise CheckFailed(f"{what} is {describe(value)}, expected a dict", cause=Cause.WRONG_SHAPE, what=what)
    missing, more = sorted(set(names) - set(value)), sorted(set(value) - set(names), key=str)
    if missing or more:
        told = [f"{', '.join(keys[:4])} {word}" for keys, word in ((missing, "missing"), (more, "unknown")) if keys]
        raise CheckFailed(f"the keys of {what} are wrong: {'; '.join(told)}", cause=Cause.WRONG_SHAPE, what=what)


def assert_network_gradients(
    at: Callable[[dict[str, np.ndarray]], Any],
    backward: Callable[[np.ndarray], Mapping[str, Any]],
    start: Params,
    rng: np.random.Generator,
    names: Sequence[str] = (),
    directions: int = 20,
) -> None:
    """Fail unless the gradients are the derivative of the learner's own output, along random directions.

    A direction runs over all the named parameters at once: a gradient that was written under another's key, or was lost
    on the way through the layers, shows in any of them. One parameter alone is located to the coordinate.

    Args:
        at: the output, or the loss, with the parameters that it is given.
        backward: the gradients at `start`, by name, for d_out (1 where `at` gives a loss).
        start: the parameters; pre-activations should be away from kinks.
        rng: draws the directions.
        names: the parameters to move, by default all.
        directions: how many.
    """
    names = names or tuple(start)
    alone = len(names) == 1
    ends = np.cumsum([start[name].size for name in names])[:-1]

    def joined(arrays: Mapping[str, Any]) -> np.ndarray:
        return np.asarray(arrays[names[0]]) if alone else np.concatenate([np.ravel(arrays[name]) for name in names])

    def forward(vector: np.ndarray) -> Any:
        parts = [vector] if alone else np.split(vector, ends)
        moved = {name: part.reshape(start[name].shape) for name, part in zip(names, parts, strict=True)}
        return at({**start, **moved})

    def gradient(d_out: np.ndarray) -> np.ndarray:
        found = backward(d_out)
        assert_keys(found, start, "the gradients")
        for name in names:
            assert_shape(found[name], start[name].shape, f"the gradient of {name}")
        return joined(found)

    what = f"the gradient of {names[0]}" if alone else "the gradient of all parameters"
    assert_gradient(forward, joined(start), gradient, rng, what, directions, locate=alone)
