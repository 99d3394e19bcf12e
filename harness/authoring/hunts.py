"""Writes mistakes of a bank out as a plain solution file, with no sign of where they are: for bug hunts and the demo."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Sequence

from harness.catalog import Kata
from harness.judge.bank import Mistake, compose

HEADER = """\
# Bug hunt: {planted} in this file. Find {them} and fix {them}.
# Your work is judged with:  kata check {file}

"""


def make_hunt(kata: Kata, mistakes: Sequence[Mistake]) -> str:
    """The text of the file that `kata hunt` writes."""
    one = len(mistakes) == 1
    head = HEADER.format(
        planted="one mistake is planted" if one else f"{len(mistakes)} mistakes are planted",
        them="it" if one else "them",
        file=kata.hunt_file_name,
    )
    return head + plant(mistakes)


def plant(mistakes: Sequence[Mistake]) -> str:
    """The reference with these mistakes in it, which must compose.

    Comments go everywhere, since they would be missing, or wrong, only where a mistake is. Docstrings stay.
    """
    return without_comments(compose(mistakes))


def without_comments(source: str) -> str:
    """The source without its comments; a line that holds nothing else goes, and all others keep their form."""
    lines = source.splitlines()
    gone: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            number = token.start[0] - 1
            lines[number] = lines[number][: token.start[1]].rstrip()
            if not lines[number]:
                gone.add(number)
    return "\n".join(line for number, line in enumerate(lines) if number not in gone) + "\n"
