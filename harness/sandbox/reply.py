"""What a worker sent, looked at before anything in it is believed.

The solution shares the worker's process, so it can write to the judge whatever it likes. A reply that is not exactly of
the form that an honest worker gives breaks the connection, and costs the solution its check.
"""

from __future__ import annotations

import math
from typing import Any

from .wire import WireError

MAX_WARNINGS = 64
OPTIONAL = {"seconds", "warnings"}
KINDS = {"value", "error", "changed", "refused", "missing", "callback"}
ERROR_FIELDS = {"type", "ancestors", "message", "line", "source", "function"}


def checked(message: Any, number: int) -> dict[str, Any]:
    """The reply to request `number`, or a call of one of the judge's functions on the way to it.

    Raises:
        WireError: it is neither, or the reply to something else.
    """
    if not isinstance(message, dict):
        raise WireError("something that is no reply")
    if message.get("number") != number:
        raise WireError("a reply that nobody had asked for")
    kinds = KINDS & message.keys()
    if len(kinds) != 1 or not _well_formed(kinds.pop(), message):
        raise WireError("a reply that makes no sense")
    return message


def _well_formed(kind: str, message: dict[str, Any]) -> bool:
    if kind == "callback":
        return (
            message.keys() == {"number", "callback", "args", "kwargs"}
            and type(message["callback"]) is int
            and isinstance(message["args"], tuple)
            and isinstance(message["kwargs"], dict)
            and all(isinstance(name, str) for name in message["kwargs"])
        )
    if message.keys() - OPTIONAL != {"number", kind}:
        return False
    if kind == "error":
        return _is_error(message[kind])
    if kind == "value":
        return _is_duration(message.get("seconds", 0.0)) and _are_texts(message.get("warnings", []))
    return isinstance(message[kind], str)


def _is_error(error: Any) -> bool:
    return (
        isinstance(error, dict)
        and error.keys() == ERROR_FIELDS
        and all(isinstance(error[name], str) for name in ("type", "message", "source", "function"))
        and isinstance(error["ancestors"], tuple)
        and all(isinstance(name, str) for name in error["ancestors"])
        and (error["line"] is None or type(error["line"]) is int)
    )


def _is_duration(seconds: Any) -> bool:
    return isinstance(seconds, float) and math.isfinite(seconds) and seconds >= 0


def _are_texts(texts: Any) -> bool:
    return isinstance(texts, list) and len(texts) <= MAX_WARNINGS and all(isinstance(text, str) for text in texts)
