"""What a bug hunt has planted, for the commands that judge it, explain it or write it again.

Every verdict asks, so the bank is imported only where something is planted.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from harness.catalog import Kata
from harness.practice.history import Practice

if TYPE_CHECKING:
    from harness.judge.bank import Mistake


def planted_mistakes(kata: Kata, practice: Practice | None) -> list[Mistake]:
    """The mistakes of a hunt, without those that the bank no longer holds; none for any other practice."""
    if practice is None or not practice.planted_names:
        return []
    from harness.judge.bank import find_mistake

    found = []
    for name in practice.planted_names:
        with suppress(LookupError):
            found.append(find_mistake(kata.module, name))
    return found
