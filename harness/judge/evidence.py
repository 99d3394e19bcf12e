"""What one needs to see of a failing check to think about it: the calls, their operands, and both values."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from harness.judge.assertions import CheckFailed
from harness.judge.replay import Attempt
from harness.judge.verdict import Evidence
from harness.sandbox import messages, wire
from harness.sandbox.transcript import Exchange

SMALL = 12
MAX_CALLS = 4
MAX_FORMS = 6
LINE = 74


def evidence_of(attempt: Attempt, reference: Mapping[str, Any]) -> Evidence:
    """The evidence of a failed check.

    Args:
        attempt: how it went.
        reference: the reference's public names, whose signatures name the arguments.
    """
    error = attempt.error
    recorded = attempt.transcript.exchanges[: error.exchanges if isinstance(error, CheckFailed) else None]
    exchanges = _with_kept_values(_telling(recorded), recorded)
    calls = tuple(_call(exchange, reference) for exchange in exchanges)
    inputs = tuple(_inputs(exchanges, reference))
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


def _with_kept_values(chosen: Sequence[Exchange], recorded: Sequence[Exchange]) -> list[Exchange]:
    """The same calls, with what is known of the values that the check keeps beside the solution in their places."""
    kept = {}
    for exchange in recorded:
        if isinstance(exchange.request, messages.Put) and isinstance(exchange.value, wire.Handle):
            kept[exchange.value.id] = exchange.request.value
        elif isinstance(exchange.request, messages.Value) and exchange.error is None:
            kept.setdefault(exchange.request.target, exchange.value)

    def known(value: Any) -> Any:
        if isinstance(value, wire.Handle):
            return kept.get(value.id, value)
        if type(value) in (list, tuple):
            return type(value)(map(known, value))
        if type(value) is dict:
            return {key: known(item) for key, item in value.items()}
        return value

    calls = (messages.Call, messages.Construct)
    return [
        replace(e, request=e.request._replace(args=known(e.args), kwargs=known(e.kwargs)))
        if isinstance(e.request, calls)
        else e
        for e in chosen
    ]


def _call(exchange: Exchange, reference: Mapping[str, Any]) -> str:
    """One call with the shapes of its operands: `Conv2d.forward(x: (2, 3, 5, 5))`."""
    named = _named_arguments(exchange, reference)
    text = ", ".join(f"{name}{_short(value)}" if name else _short(value, alone=True) for name, value in named)
    return f"{exchange.call}({text})"


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
    """A value in a call: arrays by shape and dtype, objects by type, anything else as it is."""
    if isinstance(value, np.ndarray):
        return f"{'array ' if alone else ': '}{_form(value)}"
    if isinstance(value, list | tuple | dict) and len(value) > 0:
        items = list(value.values()) if isinstance(value, dict) else list(value)
        if any(isinstance(item, np.ndarray) for item in items):
            named = [f"{key!r}: " for key in value] if isinstance(value, dict) else [""] * len(items)
            forms = [f"{name}{_form(item)}" for name, item in zip(named, items, strict=True)]
            more = [] if len(forms) <= MAX_FORMS else [f"and {len(forms) - MAX_FORMS} more"]
            left, right = "{}" if isinstance(value, dict) else "[]"
            return f"{'' if alone else ': '}{left}{', '.join([*forms[:MAX_FORMS], *more])}{right}"
    if isinstance(value, wire.Handle):
        return f"{'' if alone else ': '}{value.type} object"
    if isinstance(value, np.random.Generator):
        return "a generator" if alone else ": a generator"
    if isinstance(value, wire.Callback | wire.StandIn | wire.Attribute):
        return "a function" if alone else ": a function"
    text = repr(value)
    text = text if len(text) <= 30 else f"{text[:27]}..."
    return text if alone else f"={text}"


def _form(value: Any) -> str:
    """Shape and dtype of an array, as `(2, 3) float32`; of another value, what it is."""
    if not isinstance(value, np.ndarray):
        return _short(value, alone=True)
    return f"{value.shape}" if value.dtype == np.float64 else f"{value.shape} {value.dtype}"


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
