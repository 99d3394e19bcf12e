"""The same requests, carried out in the judge's own process: for the reference and the mistakes, whose code is ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from . import messages, wire
from .errors import Overdue
from .host import Host
from .messages import Reply, Request, Result


class LocalBackend:
    """Holds trusted solution code in this process, and behaves towards a hidden test exactly as a worker does.

    Args:
        names: the solution's public names, a class or function each.
    """

    check_output = ""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self.methods: set[tuple[str, str]] = set()
        self.functions = wire.Functions()
        self._host = Host(names, "", self._call_back)
        self._overdue: Overdue | None = None

    def begin_check(self, seed: int) -> None:
        """A new check begins: all objects of the last one are forgotten."""
        self._overdue = None
        self.functions.clear()
        self._host = Host(self._names, "", self._call_back)

    def request(self, request: Request, call: str) -> Reply:
        """Carry out one request on copies of what it holds, as if it had crossed the wire."""
        self.settle()
        return self._host.handle(messages.mapped(copied, request))

    def post(self, request: Request, call: str) -> None:
        """Carry out one request; if it fails, the next one says so."""
        self.settle()
        reply = self._host.handle(messages.mapped(copied, request))
        if not isinstance(reply, Result):
            self._overdue = Overdue(request, call, reply)

    def settle(self) -> None:
        """Say whether what was posted has failed."""
        overdue, self._overdue = self._overdue, None
        if overdue:
            raise overdue

    def _call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return copied(self.functions.call(number, args, kwargs))


def copied(value: Any) -> Any:
    """A value as it arrives at the other end of the wire."""
    kind = type(value)
    if kind is np.ndarray:
        return wire.with_layout(value, wire.array_layout(value))
    if kind is list or kind is tuple:
        return kind(copied(item) for item in value)
    if kind is dict:
        return {key: copied(item) for key, item in value.items()}
    if kind is np.random.Generator:
        return wire.generator_from_state(value.bit_generator.state)
    if kind is wire.StandIn:
        return wire.StandIn(copied(value.attributes), value.methods)
    return value
