"""What a bug hunt has planted, for the commands that judge it, explain it or write it again."""

from __future__ import annotations

from contextlib import suppress

from harness.catalog import Kata
from harness.judge.bank import Mistake, find_mistake
from harness.practice.history import Practice


def planted_mistakes(kata: Kata, practice: Practice | None) -> list[Mistake]:
    """The mistakes of a hunt, without those that the bank no longer holds; none for any other practice."""
    found = []
    for name in practice.planted_names if practice else ():
        with suppress(LookupError):
            found.append(find_mistake(kata.module, name))
    return found
