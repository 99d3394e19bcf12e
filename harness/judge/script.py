"""Writes a failing check out as a plain script, from the transcript of its calls: for `kata debug`.

The script constructs, assigns and calls what the check did, with the same inputs, and prints what was got and expected. It
needs the learner's file and NumPy, and runs under any debugger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from keyword import iskeyword
from pathlib import Path
from typing import Any

import numpy as np

from harness.judge.assertions import CheckFailed
from harness.judge.evidence import parameter_names
from harness.judge.replay import Attempt, Check
from harness.sandbox import messages, wire
from harness.sandbox.transcript import Exchange

LITERAL_ELEMENTS = 12
KEY = "<key>"
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
    writer = _Writer(reference, copies=bool(attempt.transcript.changes))
    for exchange in attempt.transcript.exchanges:
        writer.add(exchange)
    return Script(_assemble(check, attempt, solution, data_file, writer), writer.arrays)


def _assemble(check: Check, attempt: Attempt, solution: Path, data_file: str, writer: _Writer) -> str:
    if not solution.stem.isidentifier() or iskeyword(solution.stem):
        raise NoScript(f"{solution.name} cannot be imported by its name: rename it to a Python name first")
    title = check.title.replace('"""', "'''")
    writer.lines += ["", f"# {_comment(attempt.message)}"]
    error = attempt.error
    if isinstance(error, CheckFailed) and error.got is not None and not _is_form(error.got):
        what = error.what or "the value"
        for word, value in (("got", error.got), ("expected", error.expected)):
            expression = writer.literal(value, word)
            writer.lines.append(f'print({f"{what}, {word}:"!r}, {expression}, sep="\\n")')
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
    _used: set[str] = field(default_factory=set)
    _known: dict[tuple[Any, ...], str] = field(default_factory=dict)

    def add(self, exchange: Exchange) -> None:
        """Write the line of one exchange."""
        request = exchange.request
        match request:
            case messages.Construct(name, args, kwargs):
                self.imported.add(name)
                self._assign(exchange, name.lower(), f"{name}({self._arguments(exchange.call, args, kwargs)})")
            case messages.Call(target, name, args, kwargs):
                if target is None:
                    assert name is not None
                    self.imported.add(name)
                    function = name
                else:
                    function = self._objects[target] + (f".{name}" if name else "")
                self._assign(exchange, "out", f"{function}({self._arguments(exchange.call, args, kwargs)})")
            case messages.Get(target, name):
                if exchange.is_answer:
                    self._assign(exchange, name, f"{self._objects[target]}.{name}")
            case messages.Set(target, path, value):
                self.lines.append(f"{self._place(target, path)} = {self.literal(value, str(path[-1]))}")
            case messages.Fill(target, path, value):
                self.lines.append(
                    f"{self._place(target, path)}[...] = {self.literal(value, str(path[-1]) if path else 'values')}"
                )
            case messages.Put(value):
                self._assign(exchange, "kept", self.literal(value, "kept"))
            case messages.Value(target):
                self.lines.append(f"print({self._objects[target]})")
            case messages.Length(target):
                self.lines.append(f"print(len({self._objects[target]}))")
            case messages.Iterate(target):
                self._assign(exchange, "iterator", f"iter({self._objects[target]})")
            case messages.Next(target):
                end = ", None" if exchange.ended else ""
                self._assign(exchange, "item", f"next({self._objects[target]}{end})")

    def literal(self, value: Any, name: str) -> str:
        """A value as an expression; larger arrays are kept beside the script."""
        kind = type(value)
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

    def _assign(self, exchange: Exchange, name: str, expression: str) -> None:
        name = self._free(_identifier(name))
        self.lines.append(f"{name} = {expression}")
        self._remember(exchange.value, name)

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
