"""The screen of `kata interview end`: the scorecard."""

from __future__ import annotations

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.practice.days import clock
from harness.practice.scorecard import KataResult, Scorecard
from harness.screens.colours import NOTABLE


def show_scorecard(console: Console, card: Scorecard) -> None:
    """The scorecard in the terminal."""
    what = "stages passed" if card.is_staged else "solved"
    head = f"Interview over: {card.solved} of {len(card.results)} {what}, {card.score} of 100 points"
    if card.asked:
        head += f", {sum(asked.is_right for asked in card.asked)} of {len(card.asked)} questions right"
    console.print(Text(head, "bold"))
    console.print(Text(f"{clock(card.seconds)} of {card.minutes} min used · seed {card.seed}", "dim"))
    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    first = "stage" if card.is_staged else "kata"
    for name in (first, "score", "solved at", "checks", "question" if card.is_staged else "time ratio"):
        table.add_column(name, justify="left" if name == first else "right", no_wrap=True)
    for result in card.results:
        score = "-" if result.score is None else str(result.score)
        table.add_row(
            result.name,
            Text(score, "green" if result.solved_after is not None else "red"),
            clock(result.solved_after) if result.solved_after is not None else "-",
            str(result.checks),
            _question(result) if card.is_staged else f"{result.ratio:.2f}" if result.ratio is not None else "-",
        )
    console.print(table)
    for asked in card.asked:
        if not asked.is_right:
            console.print()
            console.print(Markdown(asked.question.text, hyperlinks=False))
            right = asked.question.choices[asked.question.answer - 1]
            yours = asked.question.choices[asked.choice - 1] if asked.choice else "no answer"
            console.print(Padding(Markdown(f"You: {yours}", hyperlinks=False), (0, 0, 0, 2), expand=False))
            console.print(
                Padding(Markdown(f"Right: {right}. {asked.question.why}", hyperlinks=False), (0, 0, 0, 2), expand=False)
            )
    for result in card.results:
        for diagnosis in result.mistakes:
            headline, _, lesson = diagnosis.explanation.partition("\n")
            console.print()
            console.print(Text.assemble((f"{result.name}: ", "bold"), (headline, NOTABLE)))
            console.print(Padding(Text(" ".join(lesson.split())), (0, 0, 0, 2), expand=False))
    console.print()
    console.print(Text("Practise next", "bold"))
    steps = Table.grid(padding=(0, 2))
    steps.add_column(no_wrap=True)
    steps.add_column()
    for advice in card.advice:
        steps.add_row(advice.command, Text(advice.why, "dim"))
    console.print(Padding(steps, (0, 0, 0, 2), expand=False))


def _question(result: KataResult) -> str:
    if result.asked is None or result.asked.choice is None:
        return "-"
    return "right" if result.asked.is_right else "wrong"
