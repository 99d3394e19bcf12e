"""The screens that look back and ahead: `kata status` and `kata next`.

Where the table does not fit it says the same in fewer words. Colour adds nothing that is not in the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.catalog import Kata
from harness.practice.days import ago, ahead, day_of, short, times
from harness.practice.lessons import Lesson
from harness.practice.memory import Memory
from harness.practice.record import KataRecord, KataState, Record
from harness.practice.suggestions import Suggestion
from harness.screens.colours import HEADING, NOTABLE

SHOWN_SUGGESTIONS = 3
ANY_WIDTH = 1000
STATE_STYLES = {KataState.SOLVED: "green", KataState.REVEALED: NOTABLE, KataState.STARTED: NOTABLE, KataState.NEW: "dim"}


def show_status(
    console: Console,
    katas: Sequence[Kata],
    record: Record,
    memories: Mapping[str, Memory],
    lessons: Sequence[Lesson],
    today: date,
) -> None:
    """The screen of `kata status`.

    Args:
        console: where to.
        katas: all katas, in the order to show them in, each topic's together.
        record: the history.
        memories: what is remembered of the katas that have been reviewed.
        lessons: the mistakes made most often, with their explanations.
        today: the local day.
    """
    table = _status_table(katas, record, memories, today, wide=True)
    if console.measure(table, options=console.options.update(max_width=ANY_WIDTH)).maximum > console.width:
        table = _status_table(katas, record, memories, today, wide=False)
    console.print(table)
    console.print()
    due = sum(memory.due <= today for memory in memories.values())
    console.print(Text(f"{len(record.solved())} of {len(katas)} katas solved, {due} due", "bold"))
    if apart := _apart(record):
        console.print(Text(apart))
    if lessons:
        console.print()
        often = lessons[0].made.sittings > 1
        console.print(Text("Mistakes you make most" if often else "Mistakes so far", "bold"))
    for lesson in lessons:
        made = lesson.made
        console.print(Text.assemble(f"  {times(made.sittings)} in {made.kata}: ", (made.name, NOTABLE)))
        if lesson.headline:
            console.print(Padding(Text(lesson.headline), (0, 0, 0, 4), expand=False))


def show_next(console: Console, suggestions: Sequence[Suggestion], command: str) -> None:
    """The screen of `kata next`: the first suggestion, why, what would come after it, and the command to type."""
    first, *others = suggestions
    kata = first.kata
    console.print(Text.assemble((kata.name, "bold"), f" · {kata.title} · {kata.difficulty} · par {kata.par_minutes} min"))
    console.print(Text(f"Why: {first.why}."))
    if others:
        then = ", ".join(f"{other.kata.name} ({other.brief})" for other in others[:SHOWN_SUGGESTIONS])
        console.print(Text(f"Then: {then}", "dim"))
    console.print(Text.assemble(("Next: ", "bold"), command))


def _status_table(katas: Sequence[Kata], record: Record, memories: Mapping[str, Memory], today: date, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, show_header=True, header_style="bold", padding=(0, 1) if wide else (0, 1, 0, 0))
    table.add_column("kata", no_wrap=True)
    table.add_column("state", no_wrap=True)
    if wide:
        table.add_column("best", justify="right", no_wrap=True)
    for name in ("time ratio", "attempts", "last practised", "next due") if wide else ("ratio", "attempts", "last", "due"):
        table.add_column(name, justify="right", no_wrap=True)
    for topic, members in groupby(katas, key=lambda kata: kata.topic):
        table.add_row(Text(topic.capitalize(), HEADING))
        for kata in members:
            row = _row(record.of(kata.name), memories.get(kata.name), today, wide)
            table.add_row(f"  {kata.name}", *row)
    return table


def _row(record: KataRecord, memory: Memory | None, today: date, wide: bool) -> list[Text]:
    state = Text(_state(record, wide), STATE_STYLES[record.state])
    best = [Text("" if record.best_score is None else str(record.best_score))] if wide else []
    ratio = Text("" if record.best_ratio is None else f"{record.best_ratio:.2f}")
    attempts = Text(str(len(record.attempts) or ""))
    last = Text("" if record.last_at is None else _last(day_of(record.last_at), today, wide))
    due = Text("")
    if memory:
        is_due = memory.due <= today
        due = Text("now" if is_due else _ahead(memory.due, today, wide), f"bold {NOTABLE}" if is_due else "")
    return [state, *best, ratio, attempts, last, due]


def _state(record: KataRecord, wide: bool) -> str:
    """Narrow tables have no column for the best score, so it replaces `started`."""
    if record.state is KataState.STARTED and record.best_score is not None and not wide:
        return f"best {record.best_score}"
    return str(record.state)


def _last(day: date, today: date, wide: bool) -> str:
    return ago(day, today) if wide else short((today - day).days)


def _ahead(day: date, today: date, wide: bool) -> str:
    return ahead(day, today) if wide else short((day - today).days)


def _apart(record: Record) -> str:
    """Hunts and interviews in one line; empty if there were none."""
    parts = []
    if record.hunts:
        solved = sum(hunt.practice.solved_at is not None for hunt in record.hunts)
        parts.append(f"Bug hunts: {solved} of {len(record.hunts)} solved")
    if record.interviews:
        sittings = [sitting for interview in record.interviews for sitting in interview.sittings]
        solved = sum(sitting.practice.solved_at is not None for sitting in sittings)
        parts.append(f"Interviews: {len(record.interviews)}, {solved} of {len(sittings)} katas solved")
    return f"{' · '.join(parts)} (not counted above)" if parts else ""
