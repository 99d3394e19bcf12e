"""The screen of `kata interview end`: the scorecard."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.practice.days import clock
from harness.practice.scorecard import Scorecard
from harness.screens.colours import NOTABLE


def show_scorecard(console: Console, card: Scorecard) -> None:
    """The scorecard in the terminal."""
    head = f"Interview over: {card.solved} of {len(card.results)} solved, {card.score} of 100 points"
    console.print(Text(head, "bold"))
    console.print(Text(f"{clock(card.seconds)} of {card.minutes} min used · seed {card.seed}", "dim"))
    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("kata", "score", "solved at", "checks", "time ratio"):
        table.add_column(name, justify="left" if name == "kata" else "right", no_wrap=True)
    for result in card.results:
        score = "-" if result.score is None else str(result.score)
        table.add_row(
            result.kata.name,
            Text(score, "green" if result.solved_after is not None else "red"),
            clock(result.solved_after) if result.solved_after is not None else "-",
            str(result.checks),
            f"{result.ratio:.2f}" if result.ratio is not None else "-",
        )
    console.print(table)
    for result in card.results:
        for diagnosis in result.mistakes:
            headline, _, lesson = diagnosis.explanation.partition("\n")
            console.print()
            console.print(Text.assemble((f"{result.kata.name}: ", "bold"), (headline, NOTABLE)))
            console.print(Padding(Text(" ".join(lesson.split())), (0, 0, 0, 2), expand=False))
    console.print()
    console.print(Text("Practise next", "bold"))
    steps = Table.grid(padding=(0, 2))
    steps.add_column(no_wrap=True)
    steps.add_column()
    for advice in card.advice:
        steps.add_row(advice.command, Text(advice.why, "dim"))
    console.print(Padding(steps, (0, 0, 0, 2), expand=False))
