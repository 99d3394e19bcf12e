"""Writes a failing check out as a plain script, from the transcript of its calls: for `kata debug`.

The script constructs, assigns and calls what the check did, with the same inputs, and compares what the calls give now with
what was expected. It needs the learner's file and NumPy, and runs under any debugger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from keyword import iskeyword
from pathlib import Path
from typing import Any

import numpy as np

from harness.judge.assertions import CheckFailed
from harness.judge.evidence import parameter_names
from harness.judge.replay import Attempt, Check
from harness.judge.verdict import Cause
from harness.sandbox import messages, wire
from harness.sandbox.transcript import Exchange

LITERAL_ELEMENTS = 12
KEY = "<key>"
PROBES = """\
# The gradient check measures how forward changes around one point: that is all that the calls below are for.
# Delete them if your forward keeps nothing from one call to the next."""
LAYOUTS = {
    "read-only": """\
def read_only(array):
    array.flags.writeable = False
    return array
""",
    "gapped": """\
def gapped(array):
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), dtype=array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]
""",
}


Steps = tuple[Any, ...]


class NoScript(Exception):
    """The check cannot be written as a script; the message says why."""


@dataclass(frozen=True)
class Script:
    """A script's text, and the arrays that it reads from a file beside it (none: no file is needed)."""

    text: str
    arrays: dict[str, np.ndarray]


def write_script(check: Check, attempt: Attempt, solution: Path, data_file: str, reference: Mapping[str, Any]) -> Script:
    """The failing check as a script.

    Args:
        check: which check.
        attempt: how it went.
        solution: the learner's file, in the folder that the script will stand in or elsewhere.
        data_file: name of the file that the larger arrays will stand in.
        reference: the reference's public names, whose signatures name the arguments.

    Raises:
        NoScript: a function of ours was handed over, or too much happened to be kept.
    """
    if not attempt.transcript.complete:
        raise NoScript("this check works on more data than is kept for a script")
    error = attempt.error if isinstance(attempt.error, CheckFailed) else None
    exchanges = attempt.transcript.exchanges[: error.exchanges if error else None]
    sources = _sources(exchanges, error)
    writer = _Writer(reference, copies=bool(attempt.transcript.changes))
    pieces = _pieces(exchanges, error.got) if error and "got" not in sources else None
    writer.write(exchanges, sources, pieces.places if pieces else ())
    writer.lines += ["", f"# {_comment(attempt.message)}"]
    if error is not None and error.got is not None:
        writer.compare(error, sources, pieces)
    else:
        writer.show_last()
    return Script(_assemble(check, solution, data_file, writer), writer.arrays)


def _assemble(check: Check, solution: Path, data_file: str, writer: _Writer) -> str:
    if not solution.stem.isidentifier() or iskeyword(solution.stem):
        raise NoScript(f"{solution.name} cannot be imported by its name: rename it to a Python name first")
    title = check.title.replace('"""', "'''")
    head = [f'"""The check "{title}" as a plain script."""', ""]
    data = []
    if writer.arrays:
        head += ["from pathlib import Path", ""]
        data = [f'data = np.load(Path(__file__).with_name("{data_file}"))', ""]
    imports = ["import numpy as np", "", f"from {solution.stem} import {', '.join(sorted(writer.imported)) or '*'}", ""]
    helpers = [line for layout in sorted(writer.layouts) for line in ("", LAYOUTS[layout])]
    return "\n".join([*head, *imports, *data, *helpers, *writer.lines]) + "\n"


def _comment(message: str) -> str:
    return "\n# ".join(message.splitlines())


def _is_form(value: Any) -> bool:
    """Whether an array only stands for a shape: `assert_shape` keeps those without their weight."""
    return isinstance(value, np.ndarray) and value.ndim > 0 and value.strides == (0,) * value.ndim


def _sources(exchanges: Sequence[Exchange], error: CheckFailed | None) -> dict[str, tuple[int, Steps]]:
    """Where the compared values stand in the answers: the number of the exchange, and the steps into its value.

    "got" is missing where the check compared something that it had computed of the answers. "expected" is there only where
    it was itself an answer.
    """
    if error is None or error.got is None:
        return {}
    tests: dict[str, list[Callable[[Any], bool]]] = {"expected": [lambda value: value is error.expected]}
    if _is_form(error.got) or _is_form(error.expected):
        tests["got"] = [lambda value: np.shape(value) == np.shape(error.got)]
    else:
        tests["got"] = [lambda value: value is error.got, lambda value: _equal(value, error.got)]
    found = {}
    for name, kinds in tests.items():
        places = (place for fits in kinds for place in _places(exchanges, fits))
        place = next(places, None)
        if place is not None:
            found[name] = place
    return found


def _places(exchanges: Sequence[Exchange], fits: Callable[[Any], bool]) -> Iterator[tuple[int, Steps]]:
    """The numbers and arrays in answers that fit, the last answer first."""
    for number in range(len(exchanges) - 1, -1, -1):
        exchange = exchanges[number]
        if exchange.is_answer and exchange.error is None and not exchange.ended:
            for steps, value in _leaves(exchange.value):
                if isinstance(value, np.ndarray | np.generic | int | float) and fits(value):
                    yield number, steps


@dataclass(frozen=True)
class _Pieces:
    """Arrays in answers that a check joined along an axis before it compared them."""

    places: tuple[tuple[int, Steps], ...]
    axis: int


def _pieces(exchanges: Sequence[Exchange], got: Any) -> _Pieces | None:
    """The last answers of one call, where `got` is what they give when they are joined."""
    if not isinstance(got, np.ndarray) or _is_form(got):
        return None
    found: dict[tuple[str, Steps], list[tuple[int, np.ndarray]]] = {}
    for number, exchange in enumerate(exchanges):
        if isinstance(exchange.request, messages.Call | messages.Next) and exchange.error is None and not exchange.probe:
            for steps, value in _leaves(exchange.value):
                if isinstance(value, np.ndarray):
                    found.setdefault((exchange.call, steps), []).append((number, value))
    for (_, steps), values in found.items():
        for axis in range(got.ndim):
            count, length = 0, 0
            while count < len(values) and length < got.shape[axis]:
                count += 1
                value = values[-count][1]
                if value.ndim != got.ndim or np.delete(value.shape, axis).tolist() != np.delete(got.shape, axis).tolist():
                    break
                length += value.shape[axis]
            chosen = values[len(values) - count :]
            if length == got.shape[axis] and count > 1 and _equal(np.concatenate([v for _, v in chosen], axis), got):
                return _Pieces(tuple((number, steps) for number, _ in chosen), axis)
    return None


def _equal(value: Any, other: Any) -> bool:
    one, two = np.asarray(value), np.asarray(other)
    return one.shape == two.shape and one.dtype == two.dtype and one.tobytes() == two.tobytes()


def _leaves(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """What lists, tuples and dicts hold in the end, with the steps that lead to it."""
    if isinstance(value, list | tuple | dict):
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(item, (*steps, step))
    else:
        yield steps, value


def _reached(name: str, steps: Steps) -> str:
    """The expression for what these steps lead to."""
    return name + "".join(f"[{step!r}]" for step in steps)


def _with(value: Any, steps: Steps, leaf: Any) -> Any:
    """The same value with another leaf in that place."""
    if not steps:
        return leaf
    if isinstance(value, dict):
        return {**value, steps[0]: _with(value[steps[0]], steps[1:], leaf)}
    items = [_with(item, steps[1:], leaf) if i == steps[0] else item for i, item in enumerate(value)]
    return items if isinstance(value, list) else type(value)(*items) if hasattr(value, "_fields") else tuple(items)


def _skeleton(unit: Sequence[Exchange]) -> tuple[Any, ...]:
    """What is the same in calls that differ only by the numbers in their arrays."""
    leaves = [
        (steps, (leaf.shape, leaf.dtype, wire.array_layout(leaf)) if isinstance(leaf, np.ndarray) else repr(leaf))
        for steps, leaf in _leaves([e.request for e in unit])
    ]
    return (*(type(e.request) for e in unit), *leaves)


@dataclass(frozen=True)
class _Expression:
    """Stands in a request for a value that the script has under that name."""

    text: str


@dataclass
class _Writer:
    """Collects the lines of a script, exchange after exchange. An array that comes again keeps its name.

    Attributes:
        reference: see `write_script`.
        copies: whether each call gets a copy, since some call changes what it is given.
    """

    reference: Mapping[str, Any]
    copies: bool
    lines: list[str] = field(default_factory=list)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    layouts: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)
    _objects: dict[int, str] = field(default_factory=dict)
    _used: set[str] = field(default_factory=lambda: {"got", "expected"})
    _known: dict[tuple[Any, ...], str] = field(default_factory=dict)
    _needed: set[int] = field(default_factory=set)
    _last: tuple[str, str] | None = None
    _answers: dict[tuple[Any, ...], str] = field(default_factory=dict)
    _joined: list[str] = field(default_factory=list)

    def write(
        self,
        exchanges: Sequence[Exchange],
        sources: Mapping[str, tuple[int, Steps]],
        pieces: Sequence[tuple[int, Steps]],
    ) -> None:
        """Write the lines of all exchanges, and keep what is compared: a later call may write into it."""
        self._needed = {leaf.id for e in exchanges for _, leaf in _leaves(e.request) if isinstance(leaf, wire.Handle)}
        self._needed |= {e.target for e in exchanges if e.target is not None}
        singles = {len(exchanges) - 1, *(number for number, _ in sources.values())}
        parts = dict(pieces)
        for probing, group in groupby(enumerate(exchanges), lambda item: item[1].probe and item[0] not in singles):
            if probing:
                self._probe([exchange for _, exchange in group])
                continue
            for number, exchange in group:
                self._add(replace(exchange, probe=False), is_last=number == len(exchanges) - 1)
                if self._last is None:
                    continue
                for name, (source, steps) in sources.items():
                    if source == number:
                        place = _reached(self._last[1], steps)
                        self.lines.append(
                            f"{name} = {place}" if number == len(exchanges) - 1 else f"{name} = np.array({place})"
                        )
                if number in parts:
                    self._joined.append(_reached(self._last[1], parts[number]))

    def compare(self, error: CheckFailed, sources: Mapping[str, tuple[int, Steps]], pieces: _Pieces | None) -> None:
        """Write how the value that the calls give now is compared with the expected one."""
        what = error.what or "the value"
        if _is_form(error.got) or _is_form(error.expected):
            live = "np.shape(got)" if "got" in sources else repr(np.shape(error.got))
            self.lines.append(f'print({f"{what}, shape:"!r}, {live}, "expected:", {np.shape(error.expected)})')
            return
        if pieces:
            self.lines.append(f"got = np.concatenate([{', '.join(self._joined)}], axis={pieces.axis})")
        elif "got" not in sources:
            self.show_last()
            self.lines.append(
                "# The check computed this of what the calls gave. Here it is as it was then, not as it is now."
            )
            self._define("got", error.got)
        if error.cause is Cause.WRONG_DERIVATIVE:
            self.lines.append("# Measured from your forward as it was: if you change forward, write this script again.")
        if "expected" not in sources:
            self._define("expected", error.expected)
        numbers = np.asarray(error.expected)
        self.lines += [
            f'print({f"{what}, got:"!r}, got, sep="\\n")',
            f'print({f"{what}, expected:"!r}, expected, sep="\\n")',
            "if np.shape(got) != np.shape(expected):",
            '    print("shape:", np.shape(got), "expected:", np.shape(expected))',
        ]
        if numbers.dtype.kind == "f" and np.all(np.isfinite(numbers)):
            self.lines += ["else:", '    print("largest difference:", np.max(np.abs(got - expected), initial=0.0))']
        else:
            self.lines += ["else:", '    print("equal:", np.array_equal(got, expected))']

    def show_last(self) -> None:
        """Print what the last call gave, where the check says in words what is wrong with it."""
        if self._last:
            label, name = self._last
            self.lines.append(f'print({label!r}, {name}, sep="\\n")')

    def _define(self, name: str, value: Any) -> None:
        if not isinstance(value, np.ndarray):
            self.lines.append(f"{name} = {self.literal(value, name)}")
            return
        made = self._made(value, "C", name)
        self.lines.append(f"{name} = {made.replace(KEY, name)}")
        if KEY in made:
            self.arrays[name] = np.ascontiguousarray(value)

    def _probe(self, exchanges: Sequence[Exchange]) -> None:
        """Write probes of a gradient check: calls that differ in one array become a loop over all that it was."""
        units: list[list[Exchange]] = [[]]
        for exchange in exchanges:
            if exchange.is_answer or not isinstance(exchange.request, messages.Get):
                units[-1].append(exchange)
                if isinstance(exchange.request, messages.Call):
                    units.append([])
        self.lines += ["", *PROBES.splitlines()]
        for _, group in groupby([unit for unit in units if unit], _skeleton):
            alike = list(group)
            points = [dict(_leaves([e.request for e in unit])) for unit in alike]
            arrays = [steps for steps, leaf in points[0].items() if isinstance(leaf, np.ndarray)]
            changing = [at for at in arrays if not all(_equal(point[at], points[0][at]) for point in points)]
            if len(alike) == 1 or len(changing) != 1:
                for unit in alike:
                    for exchange in unit:
                        self._add(exchange, is_last=False)
                continue
            several, one = self._free("probes"), self._free("probe")
            self.arrays[several] = np.stack([point[changing[0]] for point in points])
            requests = _with([e.request for e in alike[0]], changing[0], _Expression(one))
            loop = [
                self._statement(replace(exchange, request=request))
                for exchange, request in zip(alike[0], requests, strict=True)
            ]
            self.lines += [f'for {one} in data["{several}"]:', *(f"    {statement}" for statement in loop)]
        self.lines.append("")

    def _add(self, exchange: Exchange, is_last: bool) -> None:
        """Write the line of one exchange. What it raised ends the script only where it ended the check."""
        statement = self._statement(exchange)
        if exchange.error is not None and not is_last:
            self.lines += [
                "try:",
                f"    {statement}",
                "except Exception as error:",
                "    print(type(error).__name__, error)",
            ]
        elif statement:
            self.lines.append(statement)

    def _statement(self, exchange: Exchange) -> str:
        """One exchange as a statement; empty where there is nothing to do."""
        request = exchange.request
        match request:
            case messages.Construct(name, args, kwargs):
                self.imported.add(name)
                return self._assigned(exchange, name.lower(), f"{name}({self._arguments(exchange.call, args, kwargs)})")
            case messages.Call(target, name, args, kwargs):
                if target is None:
                    assert name is not None
                    self.imported.add(name)
                    function = name
                else:
                    function = self._objects[target] + (f".{name}" if name else "")
                return self._assigned(exchange, "out", f"{function}({self._arguments(exchange.call, args, kwargs)})")
            case messages.Get(target, name):
                return self._assigned(exchange, name, f"{self._objects[target]}.{name}") if exchange.is_answer else ""
            case messages.Set(target, path, value):
                return f"{self._place(target, path)} = {self.literal(value, str(path[-1]))}"
            case messages.Fill(target, path, value):
                given = self.literal(value, str(path[-1]) if path else "values")
                return f"{self._place(target, path)}[...] = {given}"
            case messages.Put(value):
                return self._assigned(exchange, "kept", self.literal(value, "kept"))
            case messages.Value(target):
                return self._assigned(exchange, "value", self._objects[target])
            case messages.Length(target):
                return self._assigned(exchange, "length", f"len({self._objects[target]})")
            case messages.Iterate(target):
                return self._assigned(exchange, "iterator", f"iter({self._objects[target]})")
            case messages.Next(target):
                end = ", None" if exchange.ended else ""
                return self._assigned(exchange, "item", f"next({self._objects[target]}{end})")
        return ""

    def literal(self, value: Any, name: str) -> str:
        """A value as an expression; larger arrays are kept beside the script."""
        kind = type(value)
        if kind is _Expression:
            return str(value.text)
        if kind is np.ndarray:
            return self._array(value, name)
        if kind is wire.Handle:
            return self._objects[value.id]
        if kind is list or kind is tuple:
            inner = ", ".join(self.literal(item, f"{name}_{i}") for i, item in enumerate(value))
            return f"[{inner}]" if kind is list else f"({inner},)" if len(value) == 1 else f"({inner})"
        if kind is dict:
            return "{" + ", ".join(f"{key!r}: {self.literal(item, str(key))}" for key, item in value.items()) + "}"
        if isinstance(value, np.random.Generator):
            return self._generator(value)
        if isinstance(value, wire.Callback | wire.StandIn):
            raise NoScript("this check hands a function of ours to your code, which a script cannot hold")
        if isinstance(value, np.generic):
            return f"np.{value.dtype}({value.item()!r})"
        if isinstance(value, float) and not np.isfinite(value):
            return f'float("{value}")'
        return repr(value)

    def _array(self, array: np.ndarray, name: str) -> str:
        """The name of an array, which is made where it comes for the first time."""
        layout = wire.array_layout(array)
        key = (array.tobytes(), array.shape, array.dtype.str, layout)
        if key not in self._known and key in self._answers:
            self._known[key] = self._answers[key]
        if key not in self._known:
            made, known = self._made(array, layout, name), self._free(_identifier(name))
            self.lines.append(f"{known} = {made.replace(KEY, known)}")
            if KEY in made:
                self.arrays[known] = np.ascontiguousarray(array)
            self._known[key] = known
        return f"{self._known[key]}.copy()" if self.copies else self._known[key]

    def _made(self, array: np.ndarray, layout: str, name: str) -> str:
        """An expression that makes an array; `KEY` in it stands for its name in the file of arrays."""
        if array.size == 0:
            text = f"np.zeros({array.shape}, dtype=np.{array.dtype})"
        elif array.size <= LITERAL_ELEMENTS and np.all(np.isfinite(array)):
            dtype = "" if array.dtype in (np.float64, np.int64, np.bool_) else f", dtype=np.{array.dtype}"
            rows = [repr(row.tolist()) for row in array] if array.ndim > 1 else []
            inner = "[\n    " + ",\n    ".join(rows) + ",\n]" if len(rows) > 1 else repr(array.tolist())
            text = f"np.array({inner}{dtype})"
        else:
            text = f'data["{KEY}"]'
        if layout.startswith("F"):
            text = f"np.asfortranarray({text})"
        elif layout.startswith("gapped"):
            self.layouts.add("gapped")
            text = f"gapped({text})"
        if layout.endswith("read-only"):
            self.layouts.add("read-only")
            text = f"read_only({text})"
        return text

    def _generator(self, generator: np.random.Generator) -> str:
        name = self._free("rng")
        state = generator.bit_generator.state
        self.lines.append(f"{name} = np.random.Generator(np.random.{state['bit_generator']}())")
        self.lines.append(f"{name}.bit_generator.state = {state!r}")
        return name

    def _arguments(self, call: str, args: Sequence[Any], kwargs: dict[str, Any]) -> str:
        names = [*parameter_names(call, self.reference), *(f"argument_{i + 1}" for i in range(len(args)))]
        given = [self.literal(value, name) for name, value in zip(names, args, strict=False)]
        return ", ".join([*given, *(f"{name}={self.literal(value, name)}" for name, value in kwargs.items())])

    def _assigned(self, exchange: Exchange, name: str, expression: str) -> str:
        """The expression with a name for its value, unless it is a probe's, of which nobody needs it."""
        made = {leaf.id for _, leaf in _leaves(exchange.value) if isinstance(leaf, wire.Handle)}
        if exchange.probe and not made & self._needed:
            self._last = None
            return expression
        name = self._free(_identifier(name))
        self._remember(exchange.value, name)
        if isinstance(exchange.request, messages.Call):
            self._remember_arrays(exchange.value, name)
        labels = {messages.Get: f"{exchange.call} is:", messages.Value: f"{expression} is now:"}
        self._last = (labels.get(type(exchange.request), f"{exchange.call} gave:"), name)
        return f"{name} = {expression}"

    def _remember(self, value: Any, expression: str) -> None:
        """Objects of the solution in a result, and how a script reaches them."""
        if isinstance(value, wire.Handle):
            self._objects[value.id] = expression
        elif isinstance(value, list | tuple):
            for i, item in enumerate(value):
                self._remember(item, f"{expression}[{i}]")
        elif isinstance(value, dict):
            for key, item in value.items():
                self._remember(item, f"{expression}[{key!r}]")

    def _remember_arrays(self, value: Any, name: str) -> None:
        """Arrays in what a call gave: a later call that gets the same numbers gets what is there now, as a cache."""
        for steps, leaf in _leaves(value):
            if isinstance(leaf, np.ndarray) and leaf.size > 1 and not np.all(leaf == leaf.flat[0]):
                self._answers[leaf.tobytes(), leaf.shape, leaf.dtype.str, wire.array_layout(leaf)] = _reached(name, steps)

    def _place(self, target: int, path: Iterable[str | int]) -> str:
        text = self._objects[target]
        for i, step in enumerate(path):
            text += f".{step}" if i == 0 and isinstance(step, str) else f"[{step!r}]"
        return text

    def _free(self, name: str) -> str:
        number, free = 2, name
        while free in self._used:
            free, number = f"{name}_{number}", number + 1
        self._used.add(free)
        return free


def _identifier(name: str) -> str:
    """A variable's name like this one."""
    text = re.sub(r"\W", "_", name)
    return text if text.isidentifier() and not iskeyword(text) and text not in ("np", "data") else f"value_{text}"
