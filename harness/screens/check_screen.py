"""The screen of `kata check` and `kata watch`: a verdict, or one failing check in full.

Designed for 60 columns and no colour; colour and width only add to it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.judge.verdict import CheckResult, Diagnosis, Evidence, GroupResult, HotLine, HuntCount, Outcome, Timing, Verdict
from harness.practice.days import clock
from harness.screens.sentences import printable

NOT_TIMED = "It could not be timed: it is too slow for the kata's workload, or this machine is too busy."
NOT_CONFINED = "Your file ran without a sandbox: this system has neither Landlock nor bubblewrap."
SHOWN_FAILURES = 5
SHOWN_OUTPUT_LINES = 12
FAILURE_LINES = 24
MORE = " ... n shows all"
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")
SIGNS = {
    Outcome.PASSED: ("✓", "green"),
    Outcome.FAILED: ("✗", "red"),
    Outcome.ERROR: ("✗", "red"),
    Outcome.TIMEOUT: ("✗", "red"),
    Outcome.CRASHED: ("✗", "red"),
    Outcome.BLOCKED: ("·", "dim"),
}
OUTCOME_WORDS = {Outcome.TIMEOUT: "timeout", Outcome.CRASHED: "crashed", Outcome.ERROR: "error"}


@dataclass(frozen=True)
class Detail:
    """How much of a verdict is drawn. The score, every group and what fails first are drawn always.

    Attributes:
        failures: how many failures are shown with their messages.
        evidence: whether these are shown with the calls and the values.
        lessons: whether explanations are shown in full, or only their first lines.
        rest: whether the other failures are counted, what is not run named, and what the solution printed shown.
        message_lines: of how many lines of the screen a message has at most; None means all.
    """

    failures: int = SHOWN_FAILURES
    evidence: bool = True
    lessons: bool = True
    rest: bool = True
    message_lines: int | None = None


ALL = Detail()
LESS_AND_LESS = (
    *(Detail(failures) for failures in range(SHOWN_FAILURES, 0, -1)),
    Detail(1, evidence=False),
    Detail(1, evidence=False, lessons=False),
    *(Detail(1, evidence=False, lessons=False, rest=False, message_lines=lines) for lines in (None, 8, 6, 4, 2, 1)),
)


@dataclass(frozen=True)
class Telling:
    """How much of a verdict is told.

    Attributes:
        detail: how much is drawn.
        explained: names of the mistakes that are explained; any other is only said to be recognised.
        why: the command that explains a mistake; empty where none may be explained.
        explains_later: whether a check that still shows a mistake explains it once more than a minute has passed.
        lessons: the explanation of each mistake that was planted in it, once all are found.
        helped: how many of those `kata why` has explained.
    """

    detail: Detail = Detail()
    explained: frozenset[str] = frozenset()
    why: str = ""
    explains_later: bool = False
    lessons: tuple[str, ...] = ()
    helped: int = 0


def show_verdict(console: Console, verdict: Verdict, title: str, limit: str, next_step: str, telling: Telling) -> None:
    """The screen of `kata check`.

    Args:
        console: where to.
        verdict: what to show.
        title: the kata's title.
        limit: what the clock is compared with, shown after it.
        next_step: one line: what to do next.
        telling: how much is told.
    """
    console.print(headline(verdict, title, console.width))
    console.print(_bar(verdict.score, console.width))
    sole_reason = _sole_reason(verdict)
    detail = telling.detail
    verbose = detail.failures > SHOWN_FAILURES
    left = detail.failures
    for group in verdict.groups:
        console.print(_group(group, replace(detail, failures=max(left, 0)), sole_reason, console.width))
        left -= len(_alike([check for check in group.checks if _failed(check)]))
    for part in _mistakes(verdict, telling, console.width):
        console.print(part)
    if verdict.hunt and (counted := hunt_line(verdict.hunt, telling.helped)):
        console.print(counted)
    for number, lesson in enumerate(telling.lessons, start=1):
        of = f"Planted mistake {number} of {len(telling.lessons)}" if len(telling.lessons) > 1 else "The planted mistake"
        console.print(_boxed(of, "", lesson, console.width, detail.lessons))
    if verdict.passed or verbose:
        output = verdict.output
    else:
        output = next((check.output for check in verdict.checks() if _failed(check)), "")
    if output.strip() and detail.rest:
        head = "Your solution printed:" if verdict.passed else "Your solution printed during the first failing check:"
        if verbose:
            head = "Your solution printed:"
        console.print(_output(output, head, console.width))
    console.print(footer(verdict, limit))
    console.print(Text.assemble(("Next: ", "bold"), next_step))


def _failed(check: CheckResult) -> bool:
    return check.outcome not in (Outcome.PASSED, Outcome.BLOCKED)


def _alike(failed: Sequence[CheckResult]) -> list[list[CheckResult]]:
    """Failures that say the same but for their numbers, together; one that says nothing, as in an interview, by itself."""
    found: dict[tuple[str, str], list[CheckResult]] = {}
    for check in failed:
        found.setdefault((check.outcome, NUMBER.sub("#", check.message) or check.name), []).append(check)
    return list(found.values())


def headline(verdict: Verdict, title: str, width: int) -> Text:
    points = f"{verdict.score} / 100"
    left = f"{verdict.file} · {title}"
    room = width - len(points) - 2
    if len(left) > room:
        left = left[: room - 1] + "…"
    style = "bold green" if verdict.passed else "bold"
    return Text.assemble((left, "bold"), " " * (width - len(left) - len(points)), (points, style))


def _bar(score: int, width: int) -> Text:
    filled = score * width // 100
    colour = "green" if score == 100 else "" if score >= 50 else "red"
    return Text.assemble(("█" * filled, colour), ("░" * (width - filled), "dim"))


def _sole_reason(verdict: Verdict) -> bool:
    """Whether a single failure kept all the other checks from running, so that its message says it all."""
    blocked = {check.message for check in verdict.checks() if check.outcome is Outcome.BLOCKED}
    failed = [check for check in verdict.checks() if check.outcome not in (Outcome.PASSED, Outcome.BLOCKED)]
    return len(failed) == len(blocked) == 1


def _group(group: GroupResult, detail: Detail, sole_reason: bool, width: int) -> RenderableType:
    passed = [check for check in group.checks if check.outcome is Outcome.PASSED]
    blocked = [check for check in group.checks if check.outcome is Outcome.BLOCKED]
    failed = _alike([check for check in group.checks if _failed(check)])
    sign, colour = SIGNS[Outcome.PASSED if len(passed) == len(group.checks) else Outcome.FAILED]
    head = Text.assemble(
        (f"{sign} ", colour),
        (f"{group.name:<12}", "bold"),
        f"{group.earned:>3} of {group.points:>2} points",
        (f"   {len(passed)} of {len(group.checks)} checks", "dim"),
    )
    parts: list[RenderableType] = [head]
    for checks in failed[: detail.failures]:
        parts.append(_failure(checks[0], width, detail))
        if len(checks) > 1 and detail.rest:
            word = "check fails" if len(checks) == 2 else "checks fail"
            parts.append(_indented(Text(f"{len(checks) - 1} more {word} in the same way", "dim"), 6))
    if not detail.rest:
        return Group(*parts)
    rest = sum(len(checks) for checks in failed[detail.failures :])
    if rest:
        word = "check fails" if rest == 1 else "checks fail"
        parts.append(_indented(Text(f"{rest} more {word}, as `kata check -v` shows", "dim"), 4))
    for reason, checks in _by_message(blocked):
        why = ", for the same reason" if sole_reason else f": {reason}"
        parts.append(_indented(Text(f"· {len(checks)} not run{why}", "dim"), 4))
    return Group(*parts)


def _failure(check: CheckResult, width: int, detail: Detail = ALL) -> RenderableType:
    """One failing check: its title, what is wrong, and the evidence, in `FAILURE_LINES` at most."""
    sign, colour = SIGNS[check.outcome]
    word = OUTCOME_WORDS.get(check.outcome)
    title = Table.grid()
    title.add_row(Text(f"{sign} ", colour), Text.assemble((check.title, "bold"), (f"  [{word}]" if word else "", colour)))
    parts = [_indented(title, 4)]
    if check.message:
        parts.append(_indented(Text(_first_lines(check.message, width - 6, detail.message_lines)), 6))
    if check.evidence and detail.evidence:
        room = FAILURE_LINES - 1 - len(check.message) // max(1, width - 6)
        parts += [_indented(line, 6) for line in _evidence(check.evidence, width - 6)[: max(0, room)]]
    return Group(*parts)


def _first_lines(text: str, width: int, most: int | None) -> str:
    """A text as it is, or where it has more than `most` lines of the screen, as many of them."""
    lines = [piece for line in text.split("\n") for piece in textwrap.wrap(line, width, break_on_hyphens=False) or [""]]
    if most is None or len(lines) <= most:
        return text
    return "\n".join([*lines[: most - 1], f"{lines[most - 1][: width - len(MORE)]}{MORE}"])


def _evidence(evidence: Evidence, width: int) -> list[Text]:
    """The evidence, a line of the screen each."""
    calls = [row for call in evidence.calls for row in _folded_call(call, width - 6)]
    lines = [Text(f"{'after ' if i == 0 else '      '}{row}", "dim") for i, row in enumerate(calls)]
    values = [*((f"{name} =", text) for name, text in evidence.inputs)]
    if evidence.got:
        values += [("got", evidence.got), ("expected", evidence.expected)]
    for name, text in values:
        rows = text.splitlines()
        lines += [Text(f"{name if i == 0 else '':<{len(name)}} {row}", "dim") for i, row in enumerate(rows)]
    return lines


def _folded_call(call: str, width: int) -> list[str]:
    """A call in rows: what goes on is set in, so that the next call can be told from it."""
    return textwrap.wrap(call, max(width, 20), subsequent_indent="    ", break_on_hyphens=False)


def _indented(part: RenderableType, columns: int) -> RenderableType:
    return Padding(part, (0, 0, 0, columns), expand=False)


def show_check(console: Console, check: CheckResult, place: str, telling: Telling) -> None:
    """One failing check, in full, with the mistakes that may be explained; `place` is its number out of how many."""
    console.print(Text(f"Failing check {place} · {check.name}", "dim"))
    console.print(_failure(check, console.width))
    untold = [diagnosis for diagnosis in check.diagnosis if diagnosis.mistake and diagnosis.mistake not in telling.explained]
    for diagnosis in check.diagnosis:
        if diagnosis not in untold:
            console.print(_diagnosis(diagnosis, None, console.width))
    if untold and telling.why:
        console.print(_recognised([1], len(untold) < len(check.diagnosis), telling))


def show_checks(console: Console, verdict: Verdict) -> None:
    """The screen of `kata check --only`: each check by itself, with all that it printed."""
    for check in verdict.checks():
        if check.outcome is Outcome.PASSED:
            console.print(Text.assemble(("✓ ", "green"), (check.title, "bold")))
        else:
            console.print(_failure(check, console.width))
        console.print(Text(f"    {check.name}", "dim"))
        if check.output.strip():
            console.print(_output(check.output, "Your solution printed:", console.width))


def _by_message(blocked: Sequence[CheckResult]) -> list[tuple[str, list[CheckResult]]]:
    reasons: dict[str, list[CheckResult]] = {}
    for check in blocked:
        reasons.setdefault(check.message.removeprefix("not run: "), []).append(check)
    return list(reasons.items())


def _mistakes(verdict: Verdict, telling: Telling, width: int) -> list[RenderableType]:
    """What the diagnosis found: explained, or only said to be recognised, and what it leaves open."""
    counts: dict[Diagnosis, int] = {}
    for check in verdict.checks():
        for diagnosis in check.diagnosis:
            counts[diagnosis] = counts.get(diagnosis, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    known = [(diagnosis, count) for diagnosis, count in ranked if diagnosis.mistake]
    told = [(diagnosis, count) for diagnosis, count in known if diagnosis.mistake in telling.explained]
    untold = [count for diagnosis, count in known if diagnosis.mistake not in telling.explained]
    lessons = telling.detail.lessons
    parts = [_diagnosis(diagnosis, count, width, lessons) for diagnosis, count in told]
    if untold and telling.why:
        parts.append(_recognised(untold, bool(told), telling))
    if known and verdict.unexplained:
        word = "check shows" if verdict.unexplained == 1 else "checks show"
        parts.append(Text(f"{verdict.unexplained} failing {word} something else."))
    if not known:
        parts += [_diagnosis(diagnosis, count, width, lessons) for diagnosis, count in ranked[:1]]
    return parts


def hunt_line(hunt: HuntCount, helped: int) -> str:
    """How far a hunt is; empty where there is nothing to say that the checks do not."""
    planted = f"{hunt.planted} planted mistakes" if hunt.planted > 1 else "planted mistake"
    if hunt.left == 0 and hunt.exact:
        help_text = f", {helped} of them with kata why" if helped else ""
        return f"You found all {planted}{help_text}." if hunt.planted > 1 else ""
    if hunt.left == 0 and hunt.planted == 1:
        return "The failing checks do not show the planted mistake. You may have changed a line that was correct."
    if hunt.left == 0:
        unknown = f"The failing checks do not show how many of the {planted} are left."
        return f"{unknown} You may have changed a line that was correct."
    are = "is" if hunt.left == 1 else "are"
    if hunt.exact and hunt.left == hunt.planted > 1:
        return f"{'Both' if hunt.planted == 2 else f'All {hunt.planted}'} planted mistakes are still there."
    if hunt.planted == 1:
        return ""
    if hunt.exact:
        return f"{hunt.left} of the {planted} {are} left."
    rest = "Other failing checks show something else, or could not be compared in time."
    return f"At least {hunt.left} of the {planted} {are} left. {rest}"


def show_mistake(console: Console, explanation: str, count: int | None = None) -> None:
    """One mistake explained, as `kata why` does; it was seen in `count` checks, where that is known."""
    console.print(_diagnosis(Diagnosis("", explanation), count, console.width))


def _recognised(counts: Sequence[int], others: bool, telling: Telling) -> Text:
    """A mistake that is known, and not told yet: finding it is the exercise."""
    shown = " and ".join(map(str, counts))
    match = "failing check matches" if counts == [1] else "failing checks match"
    known = ("another known mistake" if others else "a known mistake") if len(counts) == 1 else "one known mistake each"
    it_is = "It is" if len(counts) == 1 else "They are"
    later = ", or by a check more than a minute later" if telling.explains_later else ""
    return Text(f"{shown} {match} {known}. {it_is} explained by {telling.why}, which counts as a hint{later}.")


def _diagnosis(diagnosis: Diagnosis, count: int | None, width: int, whole: bool = True) -> RenderableType:
    seen = "" if count is None else f"(seen in {count} check{'' if count == 1 else 's'})"
    label = "What the numbers suggest" if diagnosis.mistake is None else "The mistake"
    return _boxed(label, seen, diagnosis.explanation, width, whole)


def _boxed(label: str, remark: str, explanation: str, width: int, whole: bool = True) -> RenderableType:
    """An explanation between two rules, its first line in bold; only that line where it may not be whole."""
    head, _, lesson = explanation.partition("\n")
    lesson = " ".join(lesson.split())
    rule = Text.assemble(("── ", "magenta"), (label, "bold magenta"), (f" {remark} " if remark else " ", "dim"))
    rule.append("─" * max(0, width - rule.cell_len), "magenta")
    parts: list[RenderableType] = [rule, Padding(Text(head, "bold"), (0, 2), expand=False)]
    if not whole:
        return Group(*parts)
    if lesson:
        parts.append(Padding(Text(lesson), (0, 2), expand=False))
    parts.append(Text("─" * width, "magenta"))
    return Group(*parts)


def _output(output: str, head: str, width: int) -> RenderableType:
    """What the solution printed, below a line that says so: the first lines of it, as the screen counts them."""
    indent, room = 4, SHOWN_OUTPUT_LINES
    rows = [
        [line[at : at + width - indent] for at in range(0, len(line), width - indent)] or [""]
        for line in (printable(line.expandtabs()) for line in output.rstrip("\n").split("\n"))
    ]
    kept: list[str] = []
    while rows and len(kept) + len(rows[0]) <= room:
        kept += rows.pop(0)
    if rows and not kept:
        kept = [*rows.pop(0)[: room - 1], "..."]
    if rows:
        kept.append(f"... and {len(rows)} more line{'s' if len(rows) > 1 else ''}")
    text = Text("\n".join(kept), "dim")
    return Group(Text(head, "bold"), Padding(text, (0, 0, 0, indent), expand=False))


def footer(verdict: Verdict, limit: str) -> RenderableType:
    parts: list[RenderableType] = []
    if verdict.timing:
        parts.append(timing_line(verdict.timing))
        if verdict.timing.remark:
            parts.append(Text(verdict.timing.remark))
    elif verdict.not_timed:
        parts.append(Text(f"It could not be timed: {printable(verdict.not_timed)}"))
    elif verdict.hot_line:
        parts.append(Text(NOT_TIMED))
    if verdict.hot_line:
        parts.append(where_the_time_goes(verdict.hot_line))
    last = f"Checked in {verdict.check_seconds:.2f} s"
    if verdict.clock_seconds is not None:
        last = f"Clock {clock(verdict.clock_seconds)}{limit} · checked in {verdict.check_seconds:.2f} s"
    return Group(*parts, Text(last if verdict.passed else f"{last} · seed {verdict.seed}"))


def timing_line(timing: Timing) -> Text:
    """Ratio, spread and both times, in words."""
    times = f"{timing.solution_ms:.2f} ms, the reference {timing.reference_ms:.2f} ms"
    if timing.rounds == 1:
        ratio = f"{timing.ratio:.1f}" if timing.ratio < 10 else f"{timing.ratio:.0f}"
        return Text(f"Takes about {ratio} times as long as the reference, measured once: {times}")
    spread = f"({timing.low:.2f} to {timing.high:.2f})"
    return Text(f"Takes {timing.ratio:.2f} times as long as the reference {spread}: {times}")


def where_the_time_goes(hot: HotLine) -> RenderableType:
    """The hottest line of a slow solution, and how much of the time goes into it."""
    loops = {0: "", 1: ", inside a Python loop"}.get(hot.loops, f", inside {hot.loops} nested Python loops")
    time = "time" if hot.whole else "first second"
    sentence = Text(f"{hot.share:.0%} of the {time} is spent in line {hot.line}{loops}:")
    return Group(sentence, _indented(Text(hot.code, "bold"), 4))
