"""Arrays that belong to the caller: what a hidden test says of those that a call has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from harness.judge.assertions import CheckFailed
from harness.judge.verdict import Cause
from harness.sandbox.proxy import RemoteObject, Solution, fetch, put

Check = TypeVar("Check", bound=Callable[..., None])


def watches_inputs(check: Check) -> Check:
    """Marks the one check of a kata that arrays which any call of any check changes count against."""
    check.__dict__["watches_inputs"] = True
    return check


class Watched:
    """Arrays that stay with the solution, so that a change shows; anything else is handed over as it is."""

    def __init__(self, solution: Solution) -> None:
        self._solution = solution
        self._kept: dict[str, tuple[RemoteObject, np.ndarray]] = {}

    def keep(self, name: str, value: Any) -> Any:
        """What to hand to the solution in the place of `value`; `name` is the argument's."""
        if not isinstance(value, np.ndarray):
            return value
        self._kept[name] = put(self._solution, value), value.copy()
        return self._kept[name][0]

    def keep_all(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The same for several, by name."""
        return {name: self.keep(name, value) for name, value in inputs.items()}

    def assert_unchanged(self, call: str) -> None:
        """Fail if one of the arrays is not what it was; `call` is what was called last."""
        for name, (remote, before) in self._kept.items():
            if not np.array_equal(fetch(remote), before, equal_nan=before.dtype.kind == "f"):
                message = f"{call} changed {name}, which belongs to the caller: work on a copy"
                raise CheckFailed(message, cause=Cause.CHANGED_INPUT, what=name)
