"""What a hidden test sees of a solution: its classes, functions and objects, wherever they really are.

    layer = solution.Linear(3, 4)       # an object that stays with the solution
    layer.weight = weight               # assigns the attribute over there
    out = layer.forward(x)              # arrays come back as arrays

The proxies turn replies into values or exceptions, and write down every value that came back: the transcript, by which
the diagnosis recognises a mistake. Names that begin with an underscore are ours; a solution's public names are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from . import wire
from .errors import InputChanged, Refused, RemoteException, SandboxError, SolutionMissing, SolutionRaised


class Backend(Protocol):
    """Where a solution runs: a worker process, or this one.

    Attributes:
        methods: (type, name) of attributes that have turned out to be methods, so that nobody need ask again.
    """

    methods: set[tuple[str, str]]

    def begin_check(self, seed: int) -> None: ...
    def request(self, message: dict[str, Any], call: str) -> dict[str, Any]: ...
    def register(self, function: Callable[..., Any]) -> wire.Callback: ...


@dataclass
class Transcript:
    """What came back during one check.

    Attributes:
        values: (call, value) pairs in order.
        notes: properties that the check itself wrote down, as (name, value) pairs.
        warnings: what NumPy and Python warned of.
        seconds: time spent in the solution's own code.
        input_shape: shape of the last array that was handed to a call as its first argument.
        listener: told of each value as it is recorded; it may raise to end the check.
    """

    values: list[tuple[str, Any]] = field(default_factory=list)
    notes: list[tuple[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    input_shape: tuple[int, ...] = ()
    listener: Callable[[int, str, Any], None] | None = None

    def record(self, call: str, value: Any) -> None:
        """Write down what a call gave, unless the check is only looking closer at a failure that it has found."""
        if _looking_closer.get():
            return
        self.values.append((call, value))
        if self.listener:
            self.listener(len(self.values) - 1, call, value)


_looking_closer: ContextVar[bool] = ContextVar("_looking_closer", default=False)


@contextmanager
def unrecorded() -> Iterator[None]:
    """Calls inside serve only to describe a failure that is already certain; they are left out of the transcript."""
    token = _looking_closer.set(True)
    try:
        yield
    finally:
        _looking_closer.reset(token)


class Solution:
    """The solution that a check judges. Its attributes are the solution's own classes and functions.

    Args:
        backend: where it runs.
        file: its file's name, for sentences.
    """

    def __init__(self, backend: Backend, file: str, transcript: Transcript | None = None) -> None:
        self._backend = backend
        self._file = file
        self._transcript = transcript or Transcript()

    def __getattr__(self, name: str) -> Function:
        if name.startswith("_"):
            raise AttributeError(name)
        return Function(self, None, name, name)

    def _exchange(self, message: dict[str, Any], call: str) -> Any:
        """One request: the value of its reply, as proxies and plain data; or the matching exception."""
        if message["op"] == "call" and message["args"] and isinstance(message["args"][0], np.ndarray):
            self._transcript.input_shape = message["args"][0].shape
        try:
            reply = self._backend.request(_sendable(message, self._backend), call)
            if "error" in reply:
                error = reply["error"]
                raise SolutionRaised(call, RemoteException(**error), self._file)
            if "changed" in reply:
                raise InputChanged(f"{call} changed {reply['changed']}, which belongs to its caller: work on a copy")
            if "refused" in reply:
                raise Refused(f"{call} returned {reply['refused']}")
            if "missing" in reply:
                raise SolutionMissing(f"{self._file} defines no `{reply['missing']}`")
        except SandboxError as error:
            name = error.error.type if isinstance(error, SolutionRaised) else type(error).__name__
            self._transcript.record(call, f"raised {name}")
            raise
        self._transcript.warnings += reply.get("warnings", ())
        self._transcript.seconds += reply.get("seconds", 0.0)
        value = reply["value"]
        looked_up = message["op"] == "get" and type(value) is wire.Handle and value.callable  # a method: no answer yet
        if message["op"] in ("call", "get", "value") and not looked_up:
            self._transcript.record(call, value)
        return self._received(value, call)

    def _received(self, value: Any, call: str) -> Any:
        if type(value) is wire.Handle:
            constructed = call[:1].isupper() and "." not in call  # named as the check knows its class
            return RemoteObject(self, value, call if constructed else value.type)
        if type(value) in (list, tuple):
            return type(value)(self._received(item, call) for item in value)
        if type(value) is dict:
            return {key: self._received(item, call) for key, item in value.items()}
        return value


class Function:
    """Something of the solution that can be called: a class, a function or a method."""

    def __init__(self, solution: Solution, target: int | None, name: str | None, call: str) -> None:
        self._solution, self._target, self._name, self._call = solution, target, name, call

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._request(args, kwargs, None)

    def _request(self, args: Sequence[Any], kwargs: dict[str, Any], keep: Any) -> Any:
        message = {
            "op": "call",
            "target": self._target,
            "name": self._name,
            "args": tuple(args),
            "kwargs": kwargs,
            "keep": keep,
        }
        return self._solution._exchange(message, self._call)


class RemoteObject:
    """An object that lives beside the solution: attributes are read, assigned and called over there."""

    def __init__(self, solution: Solution, handle: wire.Handle, name: str) -> None:
        vars(self).update(_solution=solution, _handle=handle, _type=name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        call = f"{self._type}.{name}"
        known = self._solution._backend.methods
        if (self._type, name) in known:
            return Function(self._solution, self._handle.id, name, call)
        value = self._solution._exchange({"op": "get", "target": self._handle.id, "name": name}, call)
        if isinstance(value, RemoteObject) and value._handle.callable:
            known.add((self._type, name))
            return Function(self._solution, self._handle.id, name, call)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        message = {"op": "set", "target": self._handle.id, "name": name, "value": value}
        self._solution._exchange(message, f"{self._type}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return Function(self._solution, self._handle.id, None, self._type)(*args, **kwargs)

    def __repr__(self) -> str:
        return f"an object of type {self._type}"


def kept(function: Function, *positions: int) -> Callable[..., Any]:
    """A call whose result, or the given elements of it, stays beside the solution and comes back as an object.

    `out, cache = kept(solution.affine_forward, 1)(x, w, b)` fetches `out` and leaves the cache where it is.
    """
    keep = list(positions) if positions else "all"
    return lambda *args, **kwargs: function._request(args, kwargs, keep)


def put(solution: Solution, value: Any) -> RemoteObject:
    """Keep a value (arrays, lists, dicts, a `stand_in`) beside the solution, so that calls can change it in place."""
    remote: RemoteObject = solution._exchange({"op": "put", "value": value}, "a value of the check")
    return remote


def fetch(remote: RemoteObject) -> Any:
    """What a value that is kept beside the solution looks like now."""
    return remote._solution._exchange({"op": "value", "target": remote._handle.id}, remote._type)


def fill(remote: RemoteObject, path: str | Sequence[str | int], value: np.ndarray) -> None:
    """Write into an array in place: `fill(layer, "weight", w)` does `layer.weight[...] = w` over there.

    A path reaches inside: `fill(net, ("params", "W1"), w)` does `net.params["W1"][...] = w`.
    """
    steps = (path,) if isinstance(path, str) else tuple(path)
    message = {"op": "fill", "target": remote._handle.id, "path": steps, "value": value}
    remote._solution._exchange(message, ".".join([remote._type, *map(str, steps)]))


def replace(remote: RemoteObject, path: str | Sequence[str | int], value: Any) -> None:
    """Put another value in the place of an old one: `replace(net, ("params", "W1"), w)` does `net.params["W1"] = w`."""
    steps = (path,) if isinstance(path, str) else tuple(path)
    message = {"op": "replace", "target": remote._handle.id, "path": steps, "value": value}
    remote._solution._exchange(message, ".".join([remote._type, *map(str, steps)]))


@dataclass(frozen=True)
class _StandIn:
    attributes: dict[str, Any]
    methods: dict[str, Callable[..., Any]]


def stand_in(attributes: dict[str, Any], **methods: Callable[..., Any]) -> Any:
    """An object to hand to a solution: its attributes live over there, its methods call functions of the check.

    A method gets the object's attributes, as they are at that moment, as a dict before its own arguments.
    """
    return _StandIn(attributes, methods)


def _sendable(value: Any, backend: Backend) -> Any:
    """Proxies as handles, functions as callbacks, everything else as it is."""
    kind = type(value)
    if kind is RemoteObject:
        return value._handle
    if kind is list or kind is tuple:
        return kind(_sendable(item, backend) for item in value)
    if kind is dict:
        return {key: _sendable(item, backend) for key, item in value.items()}
    if kind is _StandIn:
        methods = {name: backend.register(method) for name, method in value.methods.items()}
        return wire.StandIn(_sendable(value.attributes, backend), methods)
    if callable(value) and not isinstance(value, type):
        return backend.register(value)
    return value
