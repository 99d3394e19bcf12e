"""What judge and worker say to each other: every request and every reply, described once.

A frame holds a number, the name of a message and its fields. The judge numbers its requests and a reply repeats the
number. While the solution runs it may call a function of the judge: the worker then sends `CallJudge` instead of its
reply, and the judge sends back `Returned` or `Failed`.

The solution shares the worker's process, so it can write whatever it likes to the judge. `unpack_reply` accepts exactly
what an honest worker sends; anything else breaks the connection and costs the solution its check.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from . import wire

MAX_TEXTS = 64
Seconds: TypeAlias = float

# Requests. A target is the number of an object that the worker keeps; None is the solution's module itself.


class Load(NamedTuple):
    """Run the solution's file, which the judge has read."""

    path: str
    source: np.ndarray


class Reset(NamedTuple):
    """Forget all objects and seed NumPy: a new check begins."""

    seed: int


class Construct(NamedTuple):
    """Make an object of one of the solution's classes."""

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Call(NamedTuple):
    """Call a function of the solution, a method of an object, or (without a name) the object itself.

    `keep` says which parts of the result stay with the solution: none, all of it, or these elements.
    """

    target: int | None
    name: str | None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    keep: Literal["all"] | tuple[int, ...] | None = None


class Get(NamedTuple):
    """The attribute of an object."""

    target: int
    name: str


class Set(NamedTuple):
    """Assign an attribute, or what a path of attributes and entries leads to: `net.params["W1"] = value`."""

    target: int
    path: tuple[str | int, ...]
    value: Any


class Fill(NamedTuple):
    """Write into an array where it is: `layer.weight[...] = value`."""

    target: int
    path: tuple[str | int, ...]
    value: np.ndarray


class Put(NamedTuple):
    """Keep a value beside the solution, so that calls can change it in place."""

    value: Any


class Value(NamedTuple):
    """What an object is now."""

    target: int


class Length(NamedTuple):
    """`len(object)`."""

    target: int


class Iterate(NamedTuple):
    """`iter(object)`: the iterator stays with the solution."""

    target: int


class Next(NamedTuple):
    """`next(iterator)`."""

    target: int


class Measure(NamedTuple):
    """From now on, until the next check begins, measure how long each line of the solution runs, for that long."""

    seconds: float


class Hottest(NamedTuple):
    """Which lines took most of the measured time, as (line, share) pairs."""

    lines: int


Request: TypeAlias = (
    Load | Reset | Construct | Call | Get | Set | Fill | Put | Value | Length | Iterate | Next | Measure | Hottest
)

# Replies.


class Result(NamedTuple):
    """It worked.

    Attributes:
        value: what came back.
        seconds: time inside the solution's code.
        warnings: what NumPy and Python warned of meanwhile.
        changed: names of the arguments whose arrays the call changed.
        ended: the iterator had nothing more to give.
        cpu: CPU time inside the solution's code.
    """

    value: Any = None
    seconds: Seconds = 0.0
    warnings: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    ended: bool = False
    cpu: Seconds = 0.0


class RemoteException(NamedTuple):
    """The solution's code raised: the exception as plain data."""

    type: str
    ancestors: tuple[str, ...]
    message: str
    line: int | None
    source: str
    function: str

    def is_a(self, name: str) -> bool:
        """Whether the exception is an instance of the built-in class of that name."""
        return name in self.ancestors


class Unsendable(NamedTuple):
    """The result cannot cross the wire."""

    reason: str


class Missing(NamedTuple):
    """The solution defines no such name."""

    name: str


class CallJudge(NamedTuple):
    """On the way to a reply, the solution calls a function of the judge."""

    function: int
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Ready(NamedTuple):
    """The worker's first words, before it has seen the solution.

    Attributes:
        landlock: the version of Landlock in force; 0 for none.
        seccomp: whether system calls are filtered.
    """

    landlock: int
    seccomp: bool


Reply: TypeAlias = Ready | Result | RemoteException | Unsendable | Missing

# The judge's answers to `CallJudge`.


class Returned(NamedTuple):
    """What the judge's function returned."""

    value: Any


class Failed(NamedTuple):
    """The judge's function raised."""

    type: str
    message: str


FROM_JUDGE = (
    Load,
    Reset,
    Construct,
    Call,
    Get,
    Set,
    Fill,
    Put,
    Value,
    Length,
    Iterate,
    Next,
    Measure,
    Hottest,
    Returned,
    Failed,
)
FROM_WORKER = (Ready, Result, RemoteException, Unsendable, Missing, CallJudge)

_FITS: dict[str, Callable[[Any], bool]] = {  # by annotation
    "Any": lambda value: True,
    "bool": lambda value: type(value) is bool,
    "int": lambda value: type(value) is int,
    "int | None": lambda value: value is None or type(value) is int,
    "str": lambda value: type(value) is str,
    "Seconds": lambda value: type(value) is float and math.isfinite(value) and value >= 0,
    "tuple[str, ...]": lambda value: type(value) is tuple and len(value) <= MAX_TEXTS and all(type(v) is str for v in value),
    "tuple[Any, ...]": lambda value: type(value) is tuple,
    "dict[str, Any]": lambda value: type(value) is dict and all(type(key) is str for key in value),
}
_REQUESTS = {kind.__name__: kind for kind in FROM_JUDGE}
_REPLIES = {
    kind.__name__: (kind, [_FITS[kind.__annotations__[name].__forward_arg__] for name in kind._fields])
    for kind in FROM_WORKER
}


def mapped(function: Callable[[Any], Any], request: Request) -> Request:
    """A request of the same kind whose fields went through `function`."""
    return type(request)(*map(function, request))


def pack(number: int, message: Any) -> bytes:
    """A message as the bytes of a frame.

    Raises:
        WireError: it holds something that cannot cross the wire.
    """
    return wire.pack((number, type(message).__name__, *message))


def unpack_request(header: bytes | bytearray, payload: bytes | bytearray) -> tuple[int, Any]:
    """The number and the message that the judge sent; the worker trusts it."""
    number, name, *values = wire.unpack(header, payload)
    return number, _REQUESTS[name](*values)


def unpack_reply(header: bytes | bytearray, payload: bytes | bytearray, number: int) -> Reply | CallJudge:
    """What the worker sent as the reply to request `number`, or on the way to it.

    Raises:
        WireError: it is neither, or not exactly as an honest worker would have sent it.
    """
    message = wire.unpack(header, payload, from_worker=True)
    if type(message) is not tuple or len(message) < 2 or type(message[0]) is not int or type(message[1]) is not str:
        raise wire.WireError("something that is no reply")
    if message[0] != number:
        raise wire.WireError("a reply that nobody had asked for")
    kind, checks = _REPLIES.get(message[1], (None, ()))
    values = message[2:]
    if kind is None or len(values) != len(checks) or not all(fit(v) for fit, v in zip(checks, values, strict=True)):
        raise wire.WireError("a reply that makes no sense")
    reply: Reply | CallJudge = kind(*values)
    return reply
