"""ASCII for the signs that a terminal's encoding does not have, so that passed and failed never look the same.

The command line gives `ERRORS` to its streams. What stands in a column or a bar is replaced by one character.
"""

from __future__ import annotations

import codecs

ERRORS = "kata-signs"
ASCII = {
    "✓": "+",
    "✗": "x",
    "█": "#",
    "░": ".",
    "─": "-",
    "━": "-",
    "│": "|",
    "┐": "+",
    "┘": "+",
    "┤": "|",
    "●": "o",
    "·": "-",
    "•": "*",
    "…": "~",
    "−": "-",
    "–": "-",
    "—": "-",
    "×": "x",
    "±": "+-",
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
}


def register() -> None:
    """Make `ERRORS` known as a way to encode."""
    codecs.register_error(ERRORS, _in_ascii)


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(ASCII.get(sign, "?") for sign in error.object[error.start : error.end]), error.end
