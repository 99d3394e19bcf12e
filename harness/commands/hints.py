"""The hints of a practice: those of its kata, or in a bug hunt how to find what is planted."""

from __future__ import annotations

from harness.authoring.hunts import hunting_hints
from harness.catalog import Kata
from harness.commands.planted import planted_mistakes
from harness.practice.history import Practice


def hints_for(kata: Kata, practice: Practice) -> tuple[str, ...]:
    """The hints as Markdown, each clearer than the ones before."""
    if practice.planted is None:
        return tuple(hint.text for hint in kata.hints)
    return hunting_hints(kata, planted_mistakes(kata, practice))
