"""Everything the learner sees in the terminal: verdicts, tables, statements. Reads plain data, decides nothing.

Written for 60 columns and no colour first; colour and width only add to it.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from harness.catalog import Kata
from harness.judge.verdict import CheckResult, Diagnosis, GroupResult, Outcome, Timing, Verdict
from harness.practice.days import clock

if TYPE_CHECKING:
    from rich.table import Table

MAX_WIDTH = 100
NOT_TIMED = "It could not be timed: it is too slow for the kata's workload, or the machine too busy."
SHOWN_FAILURES = 5
SHOWN_OUTPUT_LINES = 12
SIGNS = {
    Outcome.PASSED: ("✓", "green"),
    Outcome.FAILED: ("✗", "red"),
    Outcome.ERROR: ("✗", "red"),
    Outcome.TIMEOUT: ("✗", "red"),
    Outcome.CRASHED: ("✗", "red"),
    Outcome.BLOCKED: ("·", "dim"),
}
OUTCOME_WORDS = {Outcome.TIMEOUT: "timeout", Outcome.CRASHED: "crashed", Outcome.ERROR: "error"}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise  # the BrokenPipeError that Rich has caught: it would end with exit code 1 here


def make_console(stderr: bool = False) -> Console:
    """A console of at most `MAX_WIDTH` columns; colour only on a terminal, and not where NO_COLOR is set."""
    console = _Console(stderr=stderr, highlight=False, soft_wrap=False, emoji=False, markup=False)
    if console.width > MAX_WIDTH:
        console.width = MAX_WIDTH
    return console


def show_verdict(
    console: Console,
    verdict: Verdict,
    title: str,
    par_minutes: int,
    next_step: str,
    full: int = SHOWN_FAILURES,
    limit: str | None = None,
    lesson: str = "",
) -> None:
    """The screen of `kata check`.

    Args:
        console: where to.
        verdict: what to show.
        title: the kata's title.
        par_minutes: its par time.
        next_step: one line of what to do next.
        full: how many failures are shown with their messages.
        limit: what stands after the clock, by default the par time.
        lesson: the explanation of the mistake that was planted in it.
    """
    console.print(_headline(verdict, title, console.width))
    console.print(_bar(verdict.score, console.width))
    sole_reason = _sole_reason(verdict)
    for group in verdict.groups:
        console.print(_group(group, full, sole_reason))
        full -= sum(check.outcome not in (Outcome.PASSED, Outcome.BLOCKED) for check in group.checks)
    for diagnosis, count in _diagnoses(verdict):
        console.print(_diagnosis(diagnosis, count, console.width))
    if lesson:
        console.print(_boxed("The planted mistake", "", lesson, console.width))
    if verdict.output.strip():
        console.print(_output(verdict.output, console.width))
    console.print(_footer(verdict, f" of {par_minutes} min par" if limit is None else limit))
    console.print(Text.assemble(("Next: ", "bold"), next_step))


def _headline(verdict: Verdict, title: str, width: int) -> Text:
    points = f"{verdict.score} / 100"
    left = f"{verdict.file} · {title}"
    room = width - len(points) - 2
    if len(left) > room:
        left = left[: room - 1] + "…"
    style = "bold green" if verdict.passed else "bold"
    return Text.assemble((left, "bold"), " " * (width - len(left) - len(points)), (points, style))


def _bar(score: int, width: int) -> Text:
    filled = score * width // 100
    colour = "green" if score == 100 else "yellow" if score >= 50 else "red"
    return Text.assemble(("█" * filled, colour), ("░" * (width - filled), "dim"))


def _sole_reason(verdict: Verdict) -> bool:
    """Whether one check failed and every other that did not pass was not run because of it: then its message says it all."""
    blocked = {check.message for check in verdict.checks() if check.outcome is Outcome.BLOCKED}
    failed = [check for check in verdict.checks() if check.outcome not in (Outcome.PASSED, Outcome.BLOCKED)]
    return len(failed) == len(blocked) == 1


def _group(group: GroupResult, full: int, sole_reason: bool) -> RenderableType:
    passed = [check for check in group.checks if check.outcome is Outcome.PASSED]
    blocked = [check for check in group.checks if check.outcome is Outcome.BLOCKED]
    failed = [check for check in group.checks if check.outcome not in (Outcome.PASSED, Outcome.BLOCKED)]
    sign, colour = SIGNS[Outcome.PASSED if len(passed) == len(group.checks) else Outcome.FAILED]
    head = Text.assemble(
        (f"{sign} ", colour),
        (f"{group.name:<12}", "bold"),
        f"{group.earned:>3} of {group.points:>2} points",
        (f"   {len(passed)} of {len(group.checks)} checks", "dim"),
    )
    parts: list[RenderableType] = [head]
    parts += [_failure(check) for check in failed[: max(full, 0)]]
    rest = failed[max(full, 0) :]
    if rest:
        word = "check fails" if len(rest) == 1 else "checks fail"
        parts.append(
            Padding(Text(f"{len(rest)} more {word}, as `kata check --verbose` shows", "dim"), (0, 0, 0, 4), expand=False)
        )
    for reason, checks in _by_message(blocked):
        why = ", for the same reason" if sole_reason else f": {reason}"
        parts.append(Padding(Text(f"· {len(checks)} not run{why}", "dim"), (0, 0, 0, 4), expand=False))
    return Group(*parts)


def _failure(check: CheckResult) -> RenderableType:
    sign, colour = SIGNS[check.outcome]
    word = OUTCOME_WORDS.get(check.outcome)
    title = Text.assemble((f"{sign} ", colour), (check.title, "bold"), (f"  [{word}]" if word else "", colour))
    parts = [Padding(title, (0, 0, 0, 4), expand=False)]
    if check.message:
        parts.append(Padding(Text(check.message), (0, 0, 0, 6), expand=False))
    return Group(*parts)


def show_check(console: Console, check: CheckResult, place: str) -> None:
    """One check that failed, in full; `place` says which of how many it is."""
    console.print(Text(f"Failing check {place} · {check.name}", "dim"))
    console.print(_failure(check))
    for diagnosis in check.diagnosis:
        console.print(_diagnosis(diagnosis, 1, console.width))


def _by_message(blocked: Sequence[CheckResult]) -> list[tuple[str, list[CheckResult]]]:
    reasons: dict[str, list[CheckResult]] = {}
    for check in blocked:
        reasons.setdefault(check.message.removeprefix("not run: "), []).append(check)
    return list(reasons.items())


def _diagnoses(verdict: Verdict) -> list[tuple[Diagnosis, int]]:
    """Each mistake once, with the number of checks that show it; patterns of numbers only where no mistake is known."""
    counts: dict[Diagnosis, int] = {}
    for check in verdict.checks():
        for diagnosis in check.diagnosis:
            counts[diagnosis] = counts.get(diagnosis, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    known = [item for item in ranked if item[0].mistake]
    return known or ranked[:2]


def _diagnosis(diagnosis: Diagnosis, count: int, width: int) -> RenderableType:
    checks = "1 check shows it" if count == 1 else f"{count} checks show it"
    label = "The mistake" if diagnosis.mistake else "What the numbers tell"
    return _boxed(label, f"({checks})", diagnosis.explanation, width)


def _boxed(label: str, remark: str, explanation: str, width: int) -> RenderableType:
    """An explanation between two rules: its first line stands out, the rest is wrapped."""
    head, _, lesson = explanation.partition("\n")
    lesson = " ".join(lesson.split())
    rule = Text.assemble(("── ", "yellow"), (label, "bold yellow"), (f" {remark} " if remark else " ", "dim"))
    rule.append("─" * max(0, width - rule.cell_len), "yellow")
    parts: list[RenderableType] = [rule, Padding(Text(head, "bold"), (0, 2), expand=False)]
    if lesson:
        parts.append(Padding(Text(lesson), (0, 2), expand=False))
    parts.append(Text("─" * width, "yellow"))
    return Group(*parts)


def _output(output: str, width: int) -> RenderableType:
    """What the solution printed, cut off after some lines of the screen; a long line takes several of them."""
    indent, room = 4, SHOWN_OUTPUT_LINES
    rows = [
        [line[at : at + width - indent] for at in range(0, len(line), width - indent)] or [""]
        for line in (_printable(line.expandtabs()) for line in output.rstrip("\n").split("\n"))
    ]
    kept: list[str] = []
    while rows and len(kept) + len(rows[0]) <= room:
        kept += rows.pop(0)
    if rows and not kept:
        kept = [*rows.pop(0)[: room - 1], "... and so on"]
    if rows:
        kept.append(f"... and {len(rows)} more line{'s' if len(rows) > 1 else ''}")
    text = Text("\n".join(kept), "dim")
    return Group(Text("Your solution printed:", "bold"), Padding(text, (0, 0, 0, indent), expand=False))


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in line)


def _footer(verdict: Verdict, limit: str) -> Text:
    parts = []
    if verdict.timing:
        parts.append(timing_line(verdict.timing))
    if verdict.clock_seconds is not None:
        parts.append(f"Clock {clock(verdict.clock_seconds)}{limit} · checked in {verdict.check_seconds:.2f} s")
    else:
        parts.append(f"Checked in {verdict.check_seconds:.2f} s")
    if not verdict.passed:
        parts[-1] += f" · seed {verdict.seed}"
    return Text("\n".join(parts))


def timing_line(timing: Timing) -> str:
    """Ratio, spread and both times, in words."""
    return (
        f"Takes {timing.ratio:.2f} times the reference's time ({timing.low:.2f} to {timing.high:.2f}): "
        f"{timing.solution_ms:.2f} beside {timing.reference_ms:.2f} ms"
    )


class ProgressLine:
    """A line on standard error, shown while something takes longer than half a second, and wiped at the end."""

    DELAY_SECONDS = 0.5

    def __init__(self, label: str) -> None:
        self._label, self._done, self._total = label, 0, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True) if sys.stderr.isatty() else None

    def __enter__(self) -> ProgressLine:
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()

    def update(self, done: int, total: int) -> None:
        """So many of so many checks are done."""
        self._done, self._total = done, total

    def _run(self) -> None:
        began = time.monotonic()
        if self._over.wait(self.DELAY_SECONDS):
            return
        while True:
            of = f" · {self._done} of {self._total} checks" if self._total else ""
            count = f"{of} · {time.monotonic() - began:.1f} s"
            label = self._label[: max(0, shutil.get_terminal_size().columns - len(count) - 1)]
            sys.stderr.write(f"\r\x1b[2K{label}{count}")
            sys.stderr.flush()
            if self._over.wait(0.1):
                break
        sys.stderr.write("\r\x1b[2K")
        sys.stderr.flush()


def show_summary(console: Console, verdicts: Sequence[tuple[Kata, Verdict]]) -> None:
    """The table of `kata check --all`: one line a solution, and what fails first."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=True, header_style="bold", expand=True)
    table.add_column("solution", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("first failure", overflow="ellipsis", no_wrap=True, ratio=1)
    for _, verdict in verdicts:
        first = next((check for check in verdict.checks() if check.outcome is not Outcome.PASSED), None)
        score = Text(f"{verdict.score}", "green" if verdict.passed else "red")
        table.add_row(Text(verdict.file), score, Text(first.title if first else ""))
    console.print(table)
    passed = sum(verdict.passed for _, verdict in verdicts)
    console.print(Text(f"{passed} of {len(verdicts)} pass", "bold"))


def show_statement(console: Console, kata: Kata) -> None:
    """A kata's title, difficulty and par time, and its statement."""
    from rich.markdown import Markdown

    line = f"{kata.title} · {kata.difficulty} · par {kata.par_minutes} min"
    console.print(Text(line, "bold"))
    console.print(Text("─" * min(len(line), console.width), "dim"))
    console.print(Markdown(kata.statement(), hyperlinks=False))
    console.print()


def show_hint(console: Console, kata: Kata, number: int) -> None:
    """The hint of that number, counted from 1."""
    from rich.markdown import Markdown

    console.print(Text(f"Hint {number} of {len(kata.hints)} for {kata.name}", "bold"))
    console.print(Padding(Markdown(kata.hints[number - 1].text, hyperlinks=False), (0, 0, 0, 2), expand=False))


def show_source(console: Console, source: str) -> None:
    """Python source, highlighted where there is colour."""
    from rich.syntax import Syntax

    if console.is_terminal:
        console.print(Syntax(source, "python", theme="ansi_dark", background_color="default", word_wrap=True))
    else:
        console.print(source, soft_wrap=True, end="")  # whole lines: it may go into a file


def show_diff(console: Console, yours: str, ours: str, name: str) -> None:
    """Two sources: beside each other where there is room for it, else as a unified diff."""
    if yours == ours:
        console.print(Text(f"{name} and the reference are the same, letter for letter."))
        return
    if console.width >= MAX_WIDTH:
        console.print(_side_by_side(yours, ours, name))
        return
    import difflib

    lines = difflib.unified_diff(yours.splitlines(), ours.splitlines(), name, "the reference", lineterm="")
    for line in lines:
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        console.print(Text("\n".join(_folded(line, console.width)), style))


def _folded(line: str, width: int) -> list[str]:
    """A line of a unified diff in pieces of at most `width`; each begins with the line's sign, further ones are indented."""
    sign, code = line[:1], line[1:]
    indent = " " * (len(code) - len(code.lstrip()) + 8)
    return textwrap.wrap(line, width, subsequent_indent=sign + indent, break_on_hyphens=False) or [line]


def _side_by_side(yours: str, ours: str, name: str) -> Table:
    import difflib

    from rich.table import Table

    table = Table(box=None, show_header=True, header_style="bold", pad_edge=False, padding=(0, 1), expand=True)
    table.add_column(name, ratio=1, overflow="fold")
    table.add_column("the reference", ratio=1, overflow="fold")
    left, right = yours.splitlines(), ours.splitlines()
    for tag, a, b, c, d in difflib.SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes():
        for i in range(max(b - a, d - c)):
            mine = left[a + i] if a + i < b else ""
            theirs = right[c + i] if c + i < d else ""
            changed = tag != "equal"
            table.add_row(Text(mine, "red" if changed else "dim"), Text(theirs, "green" if changed else "dim"))
    return table


def show_command(console: Console, command: str, remark: str) -> None:
    """A command as it would be typed, under a remark; for the demo."""
    console.print()
    if remark:
        console.print(Text(f"# {remark}", "dim"))
    console.print(Text(f"$ {command}", "bold"))


def show_katas(console: Console, katas: Sequence[Kata], states: Mapping[str, str]) -> None:
    """All katas by topic: name, difficulty, par time, and the learner's state in words."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=True, header_style="bold")
    for name in ("kata", "difficulty", "par", "state"):
        table.add_column(name, justify="right" if name == "par" else "left", no_wrap=True)
    topic = ""
    for kata in katas:
        if kata.topic != topic:
            topic = kata.topic
            table.add_row(Text(topic.capitalize(), "bold cyan"), "", "", "")
        state = states.get(kata.name, "")
        table.add_row(
            f"  {kata.name}", kata.difficulty, f"{kata.par_minutes} min", Text(state, "green" if state == "solved" else "")
        )
    console.print(table)
