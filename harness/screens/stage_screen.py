"""What a staged interview shows between checks: the task of a stage, and the question at its end."""

from __future__ import annotations

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from harness.catalog import InterviewStage, Kata, Question


def show_stage(console: Console, stage: InterviewStage, number: int, stages: int, kata: Kata) -> None:
    """The task of a stage. Where it asks for all of a kata, the kata's statement follows."""
    title = f"Stage {number} of {stages} · {stage.title}"
    console.print(Text(title, "bold"))
    console.print(Text("─" * min(len(title), console.width), "dim"))
    console.print(Markdown(stage.task, hyperlinks=False))
    if not stage.leave_out and not stage.bugs:
        console.print(Markdown(kata.statement().partition("## Follow-up questions")[0], hyperlinks=False))
    console.print()


def show_question(console: Console, question: Question) -> None:
    """The question at the end of a stage, with its choices."""
    console.print()
    console.print(Text("Before you go on", "bold"))
    console.print(Markdown(question.text, hyperlinks=False))
    choices = "\n".join(f"{number}. {choice}" for number, choice in enumerate(question.choices, start=1))
    console.print(Markdown(choices, hyperlinks=False))
    console.print(Text.assemble(("Answer with: ", "bold"), "kata interview answer NUMBER"))
