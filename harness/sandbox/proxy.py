"""What a hidden test sees of a solution: its classes, functions and objects, wherever they really are.

    layer = solution.Linear(3, 4)       # an object that stays with the solution
    layer.weight = weight               # assigns the attribute over there
    out = layer.forward(x)              # arrays come back as arrays
    len(loader); iter(loader)           # iterators and generators stay there too; each `next` is a request

The proxies turn replies into values or exceptions, and write every exchange down in the transcript. Names that begin
with an underscore are ours; a solution's public names are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import numpy as np

from . import messages, wire
from .errors import Overdue, Refused, SandboxError, SolutionMissing, SolutionRaised, Stage
from .messages import RemoteException, Reply, Request, Result
from .transcript import Exchange, Transcript


class Backend(Protocol):
    """Where a solution runs: a worker process, or this one.

    Attributes:
        methods: (type, name) of attributes that have turned out to be methods, so that nobody need ask again.
        check_output: what the solution has printed since the check began.
        functions: those of the judge that the solution can call, until the next check begins.
    """

    methods: set[tuple[str, str]]
    functions: wire.Functions

    @property
    def check_output(self) -> str: ...
    def begin_check(self, seed: int) -> None: ...
    def request(self, request: Request, call: str) -> Reply: ...
    def post(self, request: Request, call: str) -> None: ...
    def settle(self) -> None: ...


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

    def _exchange(self, request: Request, call: str) -> Any:
        """One request: the value of its reply, as proxies and plain data; or the matching exception."""
        transcript = self._transcript
        request = messages.mapped(self._sendable, request)
        if type(request) is messages.Call and request.args and isinstance(request.args[0], np.ndarray):
            transcript.input_shape = request.args[0].shape
        try:
            result = self._result_of(self._backend.request(request, call), call, request)
        except Overdue as overdue:
            self._fail(overdue)
        except SandboxError as error:
            self._record_failure(error, request)
            raise
        transcript.warnings += result.warnings
        transcript.seconds += result.seconds
        transcript.cpu += result.cpu
        if result.changed:
            transcript.record_changes(call, result.changed)
        transcript.record(Exchange(call, request, result.value, ended=result.ended))
        if result.ended:
            raise StopIteration
        return self._received(result.value, call if type(request) is messages.Construct else None)

    def _post(self, request: Request, call: str) -> None:
        """One request for whose reply nobody waits: if it fails, the next exchange does, with this one's error."""
        request = messages.mapped(self._sendable, request)
        try:
            self._backend.post(request, call)
        except Overdue as overdue:
            self._fail(overdue)
        except SandboxError as error:
            self._record_failure(error, request)
            raise
        self._transcript.record(Exchange(call, request))

    def _settle(self) -> None:
        """Wait for the replies to all that was posted, and raise what went wrong."""
        try:
            self._backend.settle()
        except Overdue as overdue:
            self._fail(overdue)

    def _fail(self, overdue: Overdue) -> NoReturn:
        try:
            self._result_of(overdue.reply, overdue.call, overdue.request)
        except SandboxError as error:
            self._record_failure(error, overdue.request)
            raise
        raise AssertionError("only what has failed is overdue")

    def _record_failure(self, error: SandboxError, request: Request) -> None:
        raised = error.error if isinstance(error, SolutionRaised) else _as_raised(error)
        self._transcript.record(Exchange(error.call, request, error=raised))

    def _result_of(self, reply: Reply, call: str, request: Request) -> Result:
        if isinstance(reply, Result):
            return reply
        if isinstance(reply, RemoteException):
            stage = Stage.CONSTRUCT if type(request) is messages.Construct else Stage.CALL
            raise SolutionRaised(call, reply, self._file, stage)
        if isinstance(reply, messages.Missing):
            raise SolutionMissing(call, reply.name, self._file)
        assert isinstance(reply, messages.Unsendable)
        raise Refused(f"{call} returned {reply.reason}", call)

    def _sendable(self, value: Any) -> Any:
        """Proxies as handles, functions as callbacks, and copies of arrays, so that the transcript keeps what was sent."""
        kind = type(value)
        if kind is np.ndarray:
            return wire.with_layout(value, wire.array_layout(value))
        if kind is list or kind is tuple:
            return kind(map(self._sendable, value))
        if kind is dict:
            return {key: self._sendable(item) for key, item in value.items()}
        if kind is RemoteObject:
            return value._handle
        if kind is Function:
            return wire.Attribute(value._target, value._name)
        if kind is _StandIn:
            methods = {name: self._callback(method) for name, method in value.methods.items()}
            return wire.StandIn(self._sendable(value.attributes), methods)
        if callable(value) and not isinstance(value, type):
            return self._callback(value)
        return value

    def _callback(self, function: Callable[..., Any]) -> wire.Callback:
        """A function of the check as the solution may call it; it may answer with objects that are kept over there."""

        def answer(*args: Any, **kwargs: Any) -> Any:
            return self._sendable(function(*args, **kwargs))

        answer.__name__ = getattr(function, "__name__", "function")
        return self._backend.functions.add(answer)

    def _received(self, value: Any, known_as: str | None = None) -> Any:
        if type(value) is wire.Handle:
            return RemoteObject(self, value, known_as or value.type)
        if type(value) in (list, tuple):
            return type(value)(map(self._received, value))
        if type(value) is dict:
            return {key: self._received(item) for key, item in value.items()}
        return value


class Function:
    """Something that the solution defines and that can be called: a class, a function or a method."""

    def __init__(self, solution: Solution, target: int | None, name: str, call: str) -> None:
        self._solution, self._target, self._name, self._call = solution, target, name, call

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._target is None and self._name[:1].isupper():
            return self._solution._exchange(messages.Construct(self._name, args, kwargs), self._call)
        return self._solution._exchange(messages.Call(self._target, self._name, args, kwargs), self._call)


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
        value = self._solution._exchange(messages.Get(self._handle.id, name), call)
        if isinstance(value, RemoteObject) and value._handle.callable:
            known.add((self._type, name))
            return Function(self._solution, self._handle.id, name, call)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        self._solution._exchange(messages.Set(self._handle.id, (name,), value), f"{self._type}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._solution._exchange(messages.Call(self._handle.id, None, args, kwargs), self._type)

    def __len__(self) -> int:
        if self._handle.iterator:  # `list` asks for it, and takes nothing but this for a no
            raise TypeError(f"object of type {self._type} has no len()")
        return self._solution._exchange(messages.Length(self._handle.id), f"len({self._type})")

    def __bool__(self) -> bool:
        return True  # there is an object; Python would ask for its length

    def __iter__(self) -> RemoteObject:
        if self._handle.iterator:
            return self
        return self._solution._exchange(messages.Iterate(self._handle.id), f"iter({self._type})")

    def __next__(self) -> Any:
        return self._solution._exchange(messages.Next(self._handle.id), f"next({self._type})")

    def __repr__(self) -> str:
        return f"an object of type {self._type}"


def kept(function: Function, *positions: int) -> Callable[..., Any]:
    """A call whose result, or the given elements of it, stays beside the solution and comes back as an object.

    `out, cache = kept(solution.affine_forward, 1)(x, w, b)` fetches `out` and leaves the cache where it is.
    """

    def call(*args: Any, **kwargs: Any) -> Any:
        request = messages.Call(function._target, function._name, args, kwargs, positions or "all")
        return function._solution._exchange(request, function._call)

    return call


def put(solution: Solution, value: Any) -> RemoteObject:
    """Keep a value (arrays, lists, dicts, a `stand_in`) beside the solution, so that calls can change it in place."""
    return solution._exchange(messages.Put(value), "a value of the check")


def fetch(remote: RemoteObject) -> Any:
    """What a value that is kept beside the solution looks like now."""
    return remote._solution._exchange(messages.Value(remote._handle.id), remote._type)


def fill(remote: RemoteObject, path: str | Sequence[str | int], value: np.ndarray) -> None:
    """Write into an array in place: `fill(layer, "weight", w)` does `layer.weight[...] = w` over there.

    A path reaches inside: `fill(net, ("params", "W1"), w)` does `net.params["W1"][...] = w`.
    """
    steps = (path,) if isinstance(path, str) else tuple(path)
    request = messages.Fill(remote._handle.id, steps, value)
    remote._solution._exchange(request, ".".join([remote._type, *map(str, steps)]))


def replace(remote: RemoteObject, path: str | Sequence[str | int], value: Any) -> None:
    """Put another value in the place of an old one: `replace(net, ("params", "W1"), w)` does `net.params["W1"] = w`."""
    steps = (path,) if isinstance(path, str) else tuple(path)
    remote._solution._exchange(messages.Set(remote._handle.id, steps, value), ".".join([remote._type, *map(str, steps)]))


def assign(remote: RemoteObject, path: Sequence[str], value: np.ndarray, in_place: bool = False) -> None:
    """Give an object its parameters, as `replace` does or, in place, as `fill` does, without waiting until it is done.

    What goes wrong is raised by the next request, or when the check ends.
    """
    kind = messages.Fill if in_place else messages.Set
    remote._solution._post(kind(remote._handle.id, tuple(path), value), ".".join([remote._type, *path]))


@dataclass(frozen=True)
class _StandIn:
    attributes: dict[str, Any]
    methods: dict[str, Callable[..., Any]]


def stand_in(attributes: dict[str, Any], **methods: Callable[..., Any]) -> Any:
    """An object to hand to a solution: its attributes live over there, its methods call functions of the check.

    A method gets the object's attributes, as they are at that moment, as a dict before its own arguments.
    """
    return _StandIn(attributes, methods)


def _as_raised(error: SandboxError) -> RemoteException:
    return RemoteException(type(error).__name__, (), str(error), None, "", "")
