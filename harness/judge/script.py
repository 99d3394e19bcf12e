"""Writes a failing check out as a plain script, from the transcript of its calls: for `kata debug`.

The script constructs, assigns and calls what the check did, with the same inputs, and prints what was got and expected. It
needs the learner's file and NumPy, and runs under any debugger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from harness.judge.assertions import CheckFailed
from harness.judge.replay import Attempt, Check
from harness.sandbox import messages, wire
from harness.sandbox.transcript import Exchange

LITERAL_ELEMENTS = 24
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


def write_script(check: Check, attempt: Attempt, solution: Path, data_file: str) -> Script:
    """The failing check as a script.

    Args:
        check: which check.
        attempt: how it went.
        solution: the learner's file, in the folder that the script will stand in or elsewhere.
        data_file: name of the file that the larger arrays will stand in.

    Raises:
        NoScript: a function of ours was handed over, or too much happened to be kept.
    """
    if not attempt.transcript.complete:
        raise NoScript("this check works on more data than is kept for a script")
    writer = _Writer()
    for exchange in attempt.transcript.exchanges:
        writer.add(exchange)
    return Script(_assemble(check, attempt, solution, data_file, writer), writer.arrays)


def _assemble(check: Check, attempt: Attempt, solution: Path, data_file: str, writer: _Writer) -> str:
    title = check.title.replace('"""', "'''")
    head = [f'"""The check "{title}" as a plain script, with the inputs that it failed with."""', ""]
    body: list[str] = []
    if solution.stem.isidentifier():
        names = ", ".join(sorted(writer.imported)) or "*"
        imports = ["import numpy as np", "", f"from {solution.stem} import {names}"]
    else:
        raise NoScript(f"{solution.name} cannot be imported by its name: rename it to a Python name first")
    if writer.arrays:
        body += ["from pathlib import Path", "", f'data = np.load(Path(__file__).with_name("{data_file}"))', ""]
    for layout in sorted(writer.layouts):
        body += ["", LAYOUTS[layout]]
    body += [*writer.lines, ""]
    error = attempt.error
    if isinstance(error, CheckFailed) and error.got is not None and not _is_form(error.got):
        what = error.what or "the value"
        body += [
            f"# {_comment(attempt.message)}",
            f'print({f"{what}, got:"!r}, {writer.literal(error.got, "got")}, sep="\\n")',
            f'print({f"{what}, expected:"!r}, {writer.literal(error.expected, "expected")}, sep="\\n")',
        ]
    else:
        body += [f"# {_comment(attempt.message)}"]
    text = "\n".join([*head, *imports, "", *body]) + "\n"
    return re.sub(r"\n{4,}", "\n\n\n", text)


def _comment(message: str) -> str:
    return "\n# ".join(message.splitlines())


def _is_form(value: Any) -> bool:
    """Whether an array only stands for a shape: `assert_shape` keeps those without their weight."""
    return isinstance(value, np.ndarray) and value.ndim > 0 and value.strides == (0,) * value.ndim


@dataclass
class _Writer:
    """Collects the lines of a script, exchange after exchange."""

    lines: list[str] = field(default_factory=list)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    layouts: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)
    _objects: dict[int, str] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def add(self, exchange: Exchange) -> None:
        """Write the line of one exchange."""
        request = exchange.request
        match request:
            case messages.Construct(name, args, kwargs):
                self.imported.add(name)
                self._assign(exchange, name.lower(), f"{name}({self._arguments(args, kwargs)})")
            case messages.Call(target, name, args, kwargs):
                if target is None:
                    assert name is not None
                    self.imported.add(name)
                    function = name
                else:
                    function = self._objects[target] + (f".{name}" if name else "")
                self._assign(exchange, "out", f"{function}({self._arguments(args, kwargs)})")
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
        layout = wire.array_layout(array)
        if array.size <= LITERAL_ELEMENTS and np.all(np.isfinite(array)):
            dtype = "" if array.dtype in (np.float64, np.int64, np.bool_) and array.size else f", dtype=np.{array.dtype}"
            text = f"np.array({array.tolist()!r}{dtype})"
            if array.size == 0:
                text = f"np.zeros({array.shape}, dtype=np.{array.dtype})"
        else:
            key = self._free(name)
            self.arrays[key] = np.ascontiguousarray(array)
            text = f'data["{key}"]'
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

    def _arguments(self, args: Iterable[Any], kwargs: dict[str, Any]) -> str:
        given = [self.literal(value, f"argument_{i + 1}") for i, value in enumerate(args)]
        return ", ".join([*given, *(f"{name}={self.literal(value, name)}" for name, value in kwargs.items())])

    def _assign(self, exchange: Exchange, name: str, expression: str) -> None:
        name = self._free(re.sub(r"\W", "_", name) or "value")
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
