"""The screen of `kata check` and `kata watch`: a verdict, or one failing check in full.

Written for 60 columns and no colour first; colour and width only add to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from harness.judge.verdict import CheckResult, Diagnosis, GroupResult, Outcome, Timing, Verdict
from harness.practice.days import clock
from harness.screens.sentences import printable

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


def show_verdict(
    console: Console,
    verdict: Verdict,
    title: str,
    limit: str,
    next_step: str,
    full: int = SHOWN_FAILURES,
    lesson: str = "",
) -> None:
    """The screen of `kata check`.

    Args:
        console: where to.
        verdict: what to show.
        title: the kata's title.
        limit: what the clock is compared with, shown after it.
        next_step: one line: what to do next.
        full: how many failures are shown with their messages.
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
    console.print(_footer(verdict, limit))
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
        for line in (printable(line.expandtabs()) for line in output.rstrip("\n").split("\n"))
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
