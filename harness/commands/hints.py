"""The hints of a practice: those of its kata, or in a bug hunt how to find what is planted.

Every verdict counts them, so what only a hunt needs is imported inside the function.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.catalog import Hint, Kata
from harness.commands.planted import planted_mistakes
from harness.practice.history import History, Practice


def hints_for(kata: Kata, practice: Practice) -> tuple[Hint, ...]:
    """The hints, each clearer than the ones before for the same group; those of a hunt belong to no group."""
    if practice.planted is None:
        return kata.hints
    from harness.authoring.hunts import hunting_hints

    return tuple(Hint("", text) for text in hunting_hints(kata, planted_mistakes(kata, practice)))


def next_hint(history: History, practice: Practice, hints: Sequence[Hint]) -> tuple[str, str]:
    """A heading and the text of the hint to show now; the history remembers it."""
    number = history.take_hint(practice, [hint.group for hint in hints])
    return f"Hint {history.hints_seen(practice)} of {len(hints)}", hints[number - 1].text
