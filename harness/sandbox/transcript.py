"""What was asked of a solution during one check, and what came back: the record that the diagnosis and `kata debug` read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from . import messages, wire
from .messages import RemoteException, Request

MAX_ARRAY_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it.

    Attributes:
        call: how sentences name it: "Conv2d.forward", "len(DataLoader)".
        request: as it was sent, with its own copies of the arrays. An object of the solution stands in it as a
            `wire.Handle`, something that the solution defines as a `wire.Attribute`.
        value: what came back, objects again as handles.
        error: what was raised instead; a crash or a timeout has the name of its `SandboxError` for a type.
        ended: an iterator had nothing more to give.
        probe: it only measures the solution's forward around a point, for the numerical side of a gradient check.
    """

    call: str
    request: Request
    value: Any = None
    error: RemoteException | None = None
    ended: bool = False
    probe: bool = False

    @property
    def target(self) -> int | None:
        """The number of the object that it was asked of; None for the solution's module and for `Put`."""
        return getattr(self.request, "target", None)

    @property
    def args(self) -> tuple[Any, ...]:
        """The positional arguments of a call."""
        return getattr(self.request, "args", ())

    @property
    def kwargs(self) -> dict[str, Any]:
        """The keyword arguments of a call."""
        return getattr(self.request, "kwargs", {})

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of the arrays among the arguments."""
        return tuple(value.shape for value in (*self.args, *self.kwargs.values()) if isinstance(value, np.ndarray))

    @property
    def is_answer(self) -> bool:
        """Whether the solution's own code gave it: assignments are ours, and looking a method up answers nothing."""
        if self.error is not None:
            return True
        if isinstance(self.request, messages.Get):
            return not (type(self.value) is wire.Handle and self.value.callable)
        return not isinstance(self.request, messages.Set | messages.Fill | messages.Put | messages.Iterate)

    @property
    def outcome(self) -> Any:
        """The value, or in its place a text that says what happened."""
        if self.error is not None:
            return f"raised {self.error.type}"
        return "ended" if self.ended else self.value


@dataclass
class Transcript:
    """What happened during one check.

    Attributes:
        exchanges: all requests in order, with what came back.
        changes: (call, argument) for each array that a call changed although it belongs to the caller.
        notes: properties that the check itself wrote down, as (name, value) pairs.
        warnings: what NumPy and Python warned of.
        seconds, cpu: time spent in the solution's own code, by the worker's clocks.
        input_shape: shape of the last array that was handed to a call as its first argument.
        complete: whether `exchanges` holds all there was; beyond 64 MiB of arrays nothing is kept.
        size: bytes of the arrays in `exchanges`.
        listener: told of each answer as it comes (its number, call and outcome); it may raise to end the check.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    changes: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0
    input_shape: tuple[int, ...] = ()
    complete: bool = True
    size: int = 0
    listener: Callable[[int, str, Any], None] | None = None
    _answers: int = 0

    @property
    def values(self) -> list[tuple[str, Any]]:
        """(call, outcome) of each answer, in order."""
        return [(exchange.call, exchange.outcome) for exchange in self.exchanges if exchange.is_answer]

    def record(self, exchange: Exchange) -> None:
        """Write down an exchange, unless the check is only looking closer at a failure that it has found."""
        if _looking_closer.get():
            return
        if self.complete:
            self.exchanges.append(replace(exchange, probe=True) if _probing.get() else exchange)
            self.size += _array_bytes((exchange.value, *exchange.request))
            if self.size > MAX_ARRAY_BYTES:
                self.forget()
        if exchange.is_answer:
            self._answers += 1
            if self.listener:
                self.listener(self._answers - 1, exchange.call, exchange.outcome)

    def forget(self) -> None:
        """Give the memory of all exchanges back."""
        self.exchanges.clear()
        self.complete, self.size = False, 0

    def record_changes(self, call: str, arguments: tuple[str, ...]) -> None:
        """Write down which of its arguments a call changed."""
        if not _looking_closer.get():
            self.changes += [(call, argument) for argument in arguments]


_looking_closer: ContextVar[bool] = ContextVar("_looking_closer", default=False)
_probing: ContextVar[bool] = ContextVar("_probing", default=False)


@contextmanager
def unrecorded() -> Iterator[None]:
    """Calls inside serve only to describe a failure that is already certain; they are left out of the transcript."""
    token = _looking_closer.set(True)
    try:
        yield
    finally:
        _looking_closer.reset(token)


@contextmanager
def probing() -> Iterator[None]:
    """Calls inside are marked as probes of a gradient check."""
    token = _probing.set(True)
    try:
        yield
    finally:
        _probing.reset(token)


def _array_bytes(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, list | tuple):
        return sum(map(_array_bytes, value))
    if isinstance(value, dict):
        return sum(map(_array_bytes, value.values()))
    return 0
