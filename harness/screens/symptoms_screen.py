"""The screen of `kata check` in a hunt by symptoms: how the loss falls, and how it ought to, without a word on any check."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from harness.judge.verdict import Symptoms, Verdict
from harness.screens.check_screen import footer, hunt_line
from harness.screens.colours import NOTABLE
from harness.screens.sentences import printable

ROWS = 12
MAX_COLUMNS = 72
AXIS = 10
YOURS, CORRECT = "●", "·"


def show_symptoms(console: Console, verdict: Verdict, title: str, limit: str, next_step: str, helped: int) -> None:
    """The loss curve of a hunt's file, and what is wrong with it.

    Args:
        console: where to.
        verdict: of a file that does not pass, with its symptoms.
        title: the kata's title.
        limit: what the clock is compared with, shown after it.
        next_step: one line: what to do next.
        helped: how many of the planted mistakes `kata why` has explained.
    """
    assert verdict.symptoms is not None
    console.print(Text(f"{verdict.file} · {title} · by symptoms", "bold"))
    for line in _curve(verdict.symptoms, min(console.width - AXIS, MAX_COLUMNS)):
        console.print(line)
    for sentence in sentences(verdict.symptoms):
        console.print(sentence, markup=False, highlight=False)
    if verdict.hunt and (counted := hunt_line(verdict.hunt, helped)):
        console.print(counted)
    console.print(footer(verdict, limit))
    console.print(Text.assemble(("Next: ", "bold"), next_step))


def sentences(symptoms: Symptoms) -> Iterator[str]:
    """The failing behaviour in words."""
    losses, expected = symptoms.losses, symptoms.expected
    first = symptoms.differs_from
    if symptoms.stopped:
        yield f"The training run stops at step {len(losses)}: {printable(symptoms.stopped)}"
    if not losses:
        return
    if bad := next((step for step, loss in enumerate(losses) if not math.isfinite(loss)), None):
        yield f"From step {bad} on the loss is no finite number."
    if first is None:
        yield "Every loss is that of a correct solution, and still some checks fail."
        return
    if first == 0:
        yield f"The loss starts at {losses[0]:.4f}; that of a correct solution starts at {expected[0]:.4f}."
    else:
        yield f"The loss starts at {losses[0]:.4f}, as it should."
        yield f"From step {first} on it differs from the loss of a correct solution."
    if len(losses) == len(expected):
        yield f"It ends at {losses[-1]:.4f}; that of a correct solution ends at {expected[-1]:.4f}."


def _curve(symptoms: Symptoms, columns: int) -> Iterator[Text]:
    """Both losses over the steps. What lies far above a correct solution's is drawn in the topmost row."""
    low, high = _range(symptoms)
    steps = max(len(symptoms.expected), 2)
    columns = min(columns, steps)
    rows = [[" "] * columns for _ in range(ROWS)]
    for mark, losses in ((CORRECT, symptoms.expected), (YOURS, symptoms.losses)):
        for column in range(columns):
            step = round(column * (steps - 1) / (columns - 1))
            if step < len(losses) and not math.isnan(losses[step]):
                height = (min(max(losses[step], low), high) - low) / (high - low)
                rows[ROWS - 1 - round(height * (ROWS - 1))][column] = mark
    for number, row in enumerate(rows):
        value = high - (high - low) * number / (ROWS - 1)
        label = f"{value:8.2f}" if number in (0, ROWS - 1) else " " * 8
        line = Text(f"{label} ┤" if label.strip() else f"{label} │", "dim")
        for character in row:
            line.append(character, {YOURS: NOTABLE, CORRECT: "green"}.get(character, ""))
        yield line
    key = f"loss over {steps} steps:  {YOURS} this file  {CORRECT} a correct solution"
    yield Text(" " * AXIS + key, "dim")


def _range(symptoms: Symptoms) -> tuple[float, float]:
    low, high = min(symptoms.expected), max(symptoms.expected)
    finite: Sequence[float] = [loss for loss in symptoms.losses if math.isfinite(loss)]
    room = high - low
    return max(min([*finite, low]), low - room), min(max([*finite, high]), high + 2 * room)
