"""What one needs to see of a failing check to think about it: the calls, their operands, and both values."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.judge.assertions import CheckFailed
from harness.judge.replay import Attempt
from harness.judge.verdict import Evidence
from harness.sandbox import messages, wire
from harness.sandbox.transcript import Exchange

SMALL = 12
MAX_CALLS = 4
LINE = 74


def evidence_of(attempt: Attempt, reference: Mapping[str, Any]) -> Evidence:
    """The evidence of a failed check.

    Args:
        attempt: how it went.
        reference: the reference's public names, whose signatures name the arguments.
    """
    exchanges = _telling(attempt.transcript.exchanges)
    calls = tuple(_call(exchange, reference) for exchange in exchanges)
    inputs = tuple(_inputs(exchanges, reference))
    error = attempt.error
    got = expected = ""
    if isinstance(error, CheckFailed) and error.got is not None:
        got, expected = _in_full(error.got), _in_full(error.expected)
        if not (got and expected):
            got = expected = ""
    return Evidence(calls, inputs, got, expected)


def _telling(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """The calls that lead to the failure: the object's construction, and the last calls of different methods."""
    calls = [e for e in exchanges if isinstance(e.request, messages.Construct | messages.Call | messages.Next)]
    if not calls:
        return []
    last = calls[-1]
    chosen = [last]
    seen = {last.call}
    for exchange in reversed(calls[:-1]):
        if exchange.target == last.target and exchange.call not in seen and len(chosen) < MAX_CALLS - 1:
            chosen.append(exchange)
            seen.add(exchange.call)
    maker = next((e for e in calls if isinstance(e.value, wire.Handle) and e.value.id == last.target), None)
    if maker is not None and maker not in chosen:
        chosen.append(maker)
    return chosen[::-1]


def _call(exchange: Exchange, reference: Mapping[str, Any]) -> str:
    """One call with the shapes of its operands: `Conv2d.forward(x: (2, 3, 5, 5))`."""
    named = _named_arguments(exchange, reference)
    text = ", ".join(f"{name}{_short(value)}" if name else _short(value, alone=True) for name, value in named)
    call = f"{exchange.call}({text})"
    return call if len(call) <= LINE else f"{call[: LINE - 5]} ...)"


def _named_arguments(exchange: Exchange, reference: Mapping[str, Any]) -> list[tuple[str, Any]]:
    names = [*parameter_names(exchange.call, reference), *[""] * len(exchange.args)]
    return [*zip(names, exchange.args, strict=False), *exchange.kwargs.items()]


def parameter_names(call: str, reference: Mapping[str, Any]) -> list[str]:
    """The names of the parameters of a call, as the reference has them; none where it does not have the function."""
    owner, _, method = call.partition(".")
    function = reference.get(owner)
    if function is not None and method:
        function = getattr(function, method, None)
    try:
        return [name for name in inspect.signature(function).parameters if name != "self"] if function else []
    except (TypeError, ValueError):
        return []


def _short(value: Any, alone: bool = False) -> str:
    """A value in a call: arrays by shape and dtype, anything else as it is."""
    if isinstance(value, np.ndarray):
        dtype = "" if value.dtype == np.float64 else f" {value.dtype}"
        return f"{'array ' if alone else ': '}{value.shape}{dtype}"
    if isinstance(value, list | tuple) and any(isinstance(item, np.ndarray) for item in value):
        shapes = ", ".join(str(np.shape(item)) for item in value)
        return f"{'' if alone else ': '}{len(value)} arrays {shapes}"
    if isinstance(value, wire.Handle):
        return "an object" if alone else ": an object"
    if isinstance(value, np.random.Generator):
        return "a generator" if alone else ": a generator"
    if isinstance(value, wire.Callback | wire.StandIn | wire.Attribute):
        return "a function" if alone else ": a function"
    text = repr(value)
    text = text if len(text) <= 30 else f"{text[:27]}..."
    return text if alone else f"={text}"


def _inputs(exchanges: Sequence[Exchange], reference: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The small arrays among the operands, in full."""
    found = []
    for exchange in exchanges:
        for name, value in _named_arguments(exchange, reference):
            if isinstance(value, np.ndarray) and 0 < value.size <= SMALL:
                found.append((name or "argument", _in_full(value)))
    return list(dict.fromkeys(found))[-2:]


def _in_full(value: Any) -> str:
    """A small array or number as text; empty where it is too large to read, or stands only for a shape."""
    array = np.asarray(value)
    if not 1 < array.size <= SMALL or array.dtype.kind not in "biuf" or array.strides == (0,) * array.ndim:
        return ""
    return np.array2string(array, precision=5, max_line_width=LINE - 10, separator=", ")
