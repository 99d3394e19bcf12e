"""Carries out requests on the objects of one solution, and watches the arrays that it hands them.

The worker runs a host behind the wire; `local` runs one in the judge's own process. `messages` says which requests there
are. Whatever runs code of the solution is watched (did it change an array that it was given, now or earlier?) and timed,
and its warnings are recorded.
"""

from __future__ import annotations

import builtins
import inspect
import linecache
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter, process_time  # by name: a solution that replaces `time.perf_counter` must not stop our clock
from types import TracebackType
from typing import Any

import numpy as np
from numpy.random import seed  # NumPy loads its generators at first use; this has it done before the check waits for it

from . import messages, wire
from .lines import LineClock
from .messages import RemoteException, Reply, Request, Result

CallBack = Callable[[int, tuple[Any, ...], dict[str, Any]], Any]

MAX_MESSAGE_CHARS = 2000
MAX_NAME_CHARS = 100
MAX_WATCHED = 32
MAX_WARNINGS = 20
# What one result may hold. A check may hand a result back as an argument.
MAX_RESULT_BYTES = wire.MAX_REPLY_BYTES
MAX_RESULT_VALUES = 200_000
MAX_RESULT_DEPTH = 12
_END = object()


@dataclass(frozen=True, eq=False)
class _Watched:
    """An array that was handed over, its form, and the bytes it held then."""

    label: int | str
    array: np.ndarray
    form: tuple[tuple[int, ...], np.dtype]
    before: bytes

    def changed(self) -> bool:
        return (self.array.shape, self.array.dtype) != self.form or self.array.tobytes() != self.before


class Host:
    """Holds a solution's public names and its living objects, and answers requests about them.

    Args:
        names: the solution's module namespace.
        file: the solution's file, to find the learner's own lines in a traceback.
        call_back: calls a function of the judge: (id, args, kwargs) -> result.
    """

    def __init__(self, names: Mapping[str, Any], file: str, call_back: CallBack) -> None:
        self._names = names
        self._file = file
        self._call_back = call_back
        self._objects: dict[int, Any] = {}
        self._next_id = 1
        self._watched: list[_Watched] = []
        self._room = _Room()
        self._clock: LineClock | None = None
        self._operations: dict[type, Callable[[Any], Result]] = {
            messages.Reset: self._reset,
            messages.Construct: self._construct,
            messages.Call: self._call,
            messages.Get: self._get,
            messages.Set: self._set,
            messages.Fill: self._fill,
            messages.Put: self._put,
            messages.Value: self._value,
            messages.Length: self._length,
            messages.Iterate: self._iterate,
            messages.Next: self._next,
            messages.Measure: self._measure,
            messages.Hottest: self._hottest,
        }

    def handle(self, request: Request) -> Reply:
        """Carry out one request. Whatever the solution raises, `SystemExit` included, comes back as data."""
        self._room = _Room()
        try:
            return self._operations[type(request)](request)
        except wire.WireError as error:
            return messages.Unsendable(str(error))
        except _Missing as missing:
            return messages.Missing(str(missing))
        except BaseException as error:
            return describe_exception(error, self._file)

    # operations

    def _reset(self, request: messages.Reset) -> Result:
        self._objects.clear()
        self._watched.clear()
        self._clock = None
        seed(request.seed)
        return Result()

    def _get(self, request: messages.Get) -> Result:
        return Result(self._plain(getattr(self._objects[request.target], request.name)))

    def _set(self, request: messages.Set) -> Result:
        last: Any
        *outer, last = request.path
        place = self._inside(request.target, outer)
        if isinstance(place, dict | list):
            place[last] = self._local(request.value)
        else:
            setattr(place, last, self._local(request.value))
        return Result()

    def _fill(self, request: messages.Fill) -> Result:
        self._inside(request.target, request.path)[...] = request.value
        return Result()

    def _inside(self, target: int, path: Sequence[str | int]) -> Any:
        """What the path leads to, attribute by attribute and entry by entry."""
        place: Any = self._objects[target]
        step: Any
        for step in path:
            place = place[step] if isinstance(place, dict | list) else getattr(place, step)
        return place

    def _put(self, request: messages.Put) -> Result:
        return Result(self._keep(self._local(request.value)))

    def _value(self, request: messages.Value) -> Result:
        return Result(self._plain(self._objects[request.target]))

    def _construct(self, request: messages.Construct) -> Result:
        return self._run(self._attribute(None, request.name), request.args, request.kwargs, self._plain)

    def _call(self, request: messages.Call) -> Result:
        def received(result: Any) -> Any:
            if request.keep == "all":
                return self._keep(result)
            if request.keep:
                return tuple(self._keep(v) if i in request.keep else self._plain(v) for i, v in enumerate(result))
            return self._plain(result)

        if request.name is None:
            assert request.target is not None
            function = self._objects[request.target]
        else:
            function = self._attribute(request.target, request.name)
        return self._run(function, request.args, request.kwargs, received)

    def _length(self, request: messages.Length) -> Result:
        return self._run(len, (wire.Handle(request.target, ""),), {}, self._plain)

    def _iterate(self, request: messages.Iterate) -> Result:
        return self._run(iter, (wire.Handle(request.target, ""),), {}, self._keep)

    def _next(self, request: messages.Next) -> Result:
        return self._run(_next_or_end, (wire.Handle(request.target, ""),), {}, self._plain)

    def _measure(self, request: messages.Measure) -> Result:
        self._clock = LineClock(self._file, request.seconds)
        return Result()

    def _hottest(self, request: messages.Hottest) -> Result:
        return Result(self._clock.hottest(request.lines) if self._clock else [])

    def _run(
        self,
        function: Callable[..., Any],
        given_args: tuple[Any, ...],
        given_kwargs: dict[str, Any],
        received: Callable[[Any], Any],
    ) -> Result:
        """Have the solution's code work, watched; `received` makes of its result what is sent."""
        args = tuple(self._local(value) for value in given_args)
        kwargs = {name: self._local(value) for name, value in given_kwargs.items()}
        now_watched = [
            _Watched(label, array, (array.shape, array.dtype), array.tobytes())
            for label, value in [*enumerate(given_args), *given_kwargs.items()]
            for label, array in _arrays_in(value, label)
        ]
        self._watched += now_watched
        changed: list[_Watched] = []
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                cpu, began = process_time(), perf_counter()
                result = function(*args, **kwargs) if self._clock is None else self._clock.run(function, args, kwargs)
                seconds, cpu = perf_counter() - began, process_time() - cpu
        finally:
            changed = [watched for watched in self._watched if watched.changed()]
            if inspect.isclass(function):  # an object may keep and use what its constructor was given
                self._watched = self._watched[: -len(now_watched)] if now_watched else self._watched
            if changed:
                self._watched = [watched for watched in self._watched if watched not in changed]
            del self._watched[:-MAX_WATCHED]
        names = dict.fromkeys(_argument_name(function, watched, now_watched) for watched in changed)
        notes = tuple(f"{_name_of(w.category)}: {_text_of(w.message)}" for w in caught[:MAX_WARNINGS])
        if result is _END:
            return Result(None, seconds, notes, tuple(names), ended=True, cpu=cpu)
        return Result(received(result), seconds, notes, tuple(names), cpu=cpu)

    # values

    def _attribute(self, target: int | None, name: str) -> Any:
        if target is None:
            if name not in self._names:
                raise _Missing(name)
            return self._names[name]
        return getattr(self._objects[target], name)

    def _keep(self, value: Any) -> wire.Handle:
        number, self._next_id = self._next_id, self._next_id + 1
        self._objects[number] = value
        return wire.Handle(number, _name_of(type(value)), callable(value), hasattr(type(value), "__next__"))

    def _local(self, value: Any) -> Any:
        """A value that came in as the solution sees it: handles and callbacks become what they stand for."""
        kind = type(value)
        if kind is wire.Handle:
            return self._objects[value.id]
        if kind is wire.Attribute:
            return self._attribute(value.target, value.name)
        if kind is wire.Callback:
            return self._function(value)
        if kind is wire.StandIn:
            return self._stand_in(value)
        if kind is list or kind is tuple:
            return kind(self._local(item) for item in value)
        if kind is dict:
            return {key: self._local(item) for key, item in value.items()}
        return value

    def _function(self, callback: wire.Callback) -> Callable[..., Any]:
        def function(*args: Any, **kwargs: Any) -> Any:
            room, self._room = self._room, _Room()
            plain_args = tuple(self._plain(value) for value in args)
            plain_kwargs = {name: self._plain(value) for name, value in kwargs.items()}
            self._room = room
            return self._local(self._call_back(callback.id, plain_args, plain_kwargs))

        function.__name__ = function.__qualname__ = callback.name
        return function

    def _stand_in(self, description: wire.StandIn) -> Any:
        class Object:
            pass

        stand_in = Object()
        vars(stand_in).update(self._local(description.attributes))
        data = list(description.attributes)

        def bind(method: Callable[..., Any]) -> Callable[..., Any]:
            return lambda *args, **kwargs: method({name: getattr(stand_in, name) for name in data}, *args, **kwargs)

        for name, callback in description.methods.items():
            setattr(stand_in, name, bind(self._function(callback)))
        return stand_in

    def _plain(self, value: Any, depth: int = 0) -> Any:
        """A value as data, snapshot now; whatever is not data becomes a handle."""
        kind = type(value)
        if kind is str:
            self._room.take(len(value), f"a text of {len(value):,} characters")
            return value
        if kind is bytes:
            self._room.take(len(value), f"{len(value):,} bytes")
            return value
        self._room.take(0, "")
        if value is None or kind in (bool, int, float, complex):
            return value
        if issubclass(kind, np.ndarray):
            array = wire.plain_array(value)
            self._room.take(array.nbytes, f"an array of shape {array.shape} and {array.nbytes / 2**30:.2f} GiB")
            return array.copy(order="K")
        if issubclass(kind, np.generic) and np.asarray(value).dtype.kind in wire.ARRAY_KINDS:
            return value
        if depth > MAX_RESULT_DEPTH:
            raise wire.WireError(f"a value nested more than {MAX_RESULT_DEPTH} deep")
        if issubclass(kind, list | tuple):
            items = [self._plain(item, depth + 1) for item in value]
            return items if issubclass(kind, list) else tuple(items)
        if issubclass(kind, dict):
            return {self._plain_key(key): self._plain(item, depth + 1) for key, item in value.items()}
        return self._keep(value)

    @staticmethod
    def _plain_key(key: Any) -> Any:
        if type(key) not in (str, int, float, bool):
            raise wire.WireError(f"a dict with a key of type {type(key).__name__}")
        return key


class _Room:
    """How much one result may still hold."""

    def __init__(self) -> None:
        self._bytes, self._values = MAX_RESULT_BYTES, MAX_RESULT_VALUES

    def take(self, size: int, what: str) -> None:
        """Make room for one more value of `size` bytes; raises WireError, naming `what`, where there is none left."""
        self._bytes -= size
        self._values -= 1
        if self._bytes < 0:
            last = what if size > MAX_RESULT_BYTES else "many large values"
            raise wire.WireError(f"{last}; at most {MAX_RESULT_BYTES // 2**20} MiB are accepted")
        if self._values < 0:
            raise wire.WireError(f"more than {MAX_RESULT_VALUES:,} separate values; large results belong in arrays")


class _Missing(Exception):
    """The solution defines no such name."""


def raise_like(type_name: str, message: str) -> Exception:
    """The exception that the judge's function raised, as the solution sees it: same built-in type, same text."""
    kind = getattr(builtins, type_name, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        kind = RuntimeError
    return kind(message)


def describe_exception(error: BaseException, file: str) -> RemoteException:
    """An exception as data: its type and ancestors, its text, and the innermost line of `file` in its traceback.

    An exception is an object of the solution's: each of its attributes may be anything, or raise.
    """
    frames = [frame for frame in traceback.extract_tb(_traceback_of(error)) if frame.filename == file]
    line, source, function = None, "", ""
    if frames:
        line, function = frames[-1].lineno, frames[-1].name
        source = linecache.getline(file, line or 0).strip()
    message = _text_of(error)
    if isinstance(error, SyntaxError) and error.filename == file:
        line = error.lineno if type(error.lineno) is int else None
        source, message = _text_of(error.text or "").strip(), _text_of(error.msg)
    ancestors = tuple(name for name, kind in _EXCEPTIONS.items() if issubclass(type(error), kind))
    return RemoteException(_name_of(type(error)), ancestors, message, line, source[:200], function)


_EXCEPTIONS = {name: k for name, k in vars(builtins).items() if isinstance(k, type) and issubclass(k, BaseException)}


def _traceback_of(error: BaseException) -> TracebackType | None:
    found: TracebackType | None = vars(BaseException)["__traceback__"].__get__(error)
    return found


def _text_of(value: object) -> str:
    try:
        return str.__getitem__(str(value), slice(MAX_MESSAGE_CHARS))
    except BaseException as broken:
        return f"(its text could not be read: {_name_of(type(broken))})"


def _name_of(kind: type) -> str:
    name: str = vars(type)["__name__"].__get__(kind)
    return name[:MAX_NAME_CHARS]


def _arrays_in(value: Any, label: Any) -> list[tuple[str, np.ndarray]]:
    if isinstance(value, np.ndarray):
        return [(label, value)]
    if isinstance(value, list | tuple):
        return [found for i, item in enumerate(value) for found in _arrays_in(item, f"{label}[{i}]")]
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in _arrays_in(item, f"{label}[{key!r}]")]
    return []


def _next_or_end(iterator: Any) -> Any:
    return next(iterator, _END)


def _argument_name(function: Callable[..., Any], changed: _Watched, now: list[_Watched]) -> str:
    """The changed array's name as the learner wrote it: a parameter's name where the position says it."""
    label = str(changed.label)
    if changed not in now:
        return "an array that an earlier call had been given"
    position, bracket, rest = label.partition("[")
    if not position.isdigit():
        return label
    try:
        parameters = list(inspect.signature(function).parameters.values())
        parameter = parameters[min(int(position), len(parameters) - 1)]
    except (ValueError, TypeError, IndexError):
        return f"argument {int(position) + 1}{bracket}{rest}"
    return f"{parameter.name}{bracket}{rest}"
