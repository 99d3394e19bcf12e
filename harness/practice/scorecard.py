"""The scorecard of a mock interview: how each kata went, and what to practise next. `kata interview end` makes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from harness.catalog import Kata, Question
from harness.judge.verdict import Diagnosis, Verdict
from harness.practice.history import OpenInterview
from harness.practice.record import Sitting

SLOW_RATIO = 2.0


@dataclass(frozen=True)
class Answered:
    """The question at the end of a stage, and the choice that was taken; None where it was not answered."""

    question: Question
    choice: int | None

    @property
    def is_right(self) -> bool:
        return self.choice == self.question.answer


@dataclass(frozen=True)
class KataResult:
    """How one kata of an interview went, or one stage of a staged interview.

    Attributes:
        score: the best that was reached within the time; None if nothing was judged within it.
        solved_after: seconds on the interview's clock; None if it was not solved within the time.
        checks: how often it was checked within the time.
        ratio: the solution's time over the reference's, if it was measured.
        mistakes: what the diagnosis found at the end, the one that most checks show first.
        title: what a stage is called; empty for a kata.
        asked: the question of a stage that was reached.
    """

    kata: Kata
    score: int | None
    solved_after: float | None
    checks: int
    ratio: float | None
    mistakes: tuple[Diagnosis, ...] = ()
    title: str = ""
    asked: Answered | None = None

    @property
    def name(self) -> str:
        """What to call it in a table."""
        return self.title or self.kata.name


@dataclass(frozen=True)
class Advice:
    """A command to continue with, and why."""

    command: str
    why: str


@dataclass(frozen=True)
class Scorecard:
    """An interview that is over. `seconds` is how long it took, at most the time allowed."""

    started_at: float
    minutes: int
    seconds: float
    seed: int
    topic: str | None
    results: tuple[KataResult, ...]
    advice: tuple[Advice, ...]

    @property
    def score(self) -> int:
        """The mean of the katas' scores, rounded down."""
        return sum(result.score or 0 for result in self.results) // len(self.results)

    @property
    def solved(self) -> int:
        """How many katas were solved in time."""
        return sum(result.solved_after is not None for result in self.results)

    @property
    def asked(self) -> tuple[Answered, ...]:
        """The questions of a staged interview, as far as stages were passed."""
        return tuple(r.asked for r in self.results if r.asked is not None and r.solved_after is not None)

    @property
    def is_staged(self) -> bool:
        return any(result.title for result in self.results)


@dataclass(frozen=True)
class Final:
    """The verdict on a file as it was when the time was up, and when it was saved."""

    verdict: Verdict
    saved_at: float


def make_result(kata: Kata, sitting: Sitting, final: Final | None, interview: OpenInterview) -> KataResult:
    """The result of one kata.

    Args:
        kata: the kata.
        sitting: its practice in the interview; attempts after the time was up do not count.
        final: how its file was at the end, unless that is unknown or it was solved before.
        interview: whose clock counts.
    """
    in_time = [attempt for attempt in sitting.attempts if attempt.at <= interview.deadline]
    scores = [attempt.score for attempt in in_time] + ([final.verdict.score] if final else [])
    solved_at = next((attempt.at for attempt in in_time if attempt.passed), None)
    if solved_at is None and final and final.verdict.passed:
        solved_at = max(final.saved_at, interview.started_at)
    ratios = [attempt.ratio for attempt in in_time if attempt.ratio is not None]
    if final and final.verdict.timing:
        ratios.append(final.verdict.timing.ratio)
    return KataResult(
        kata=kata,
        score=max(scores, default=None),
        solved_after=None if solved_at is None else solved_at - interview.started_at,
        checks=len(in_time),
        ratio=min(ratios, default=None),
        mistakes=_mistakes(final.verdict) if final else (),
    )


def not_reached(kata: Kata, title: str) -> KataResult:
    """The result of a stage that was not released in time."""
    return KataResult(kata, None, None, 0, None, title=title)


def make_scorecard(
    interview: OpenInterview,
    results: Sequence[KataResult],
    solved: Collection[str],
    present: Collection[str],
    seconds: float,
) -> Scorecard:
    """The scorecard of an interview.

    Args:
        interview: which.
        results: of its katas or stages.
        solved: names of the katas that were ever solved.
        present: names of the katas whose solution's file is there, so that only `--again` starts them.
        seconds: how long it took.
    """
    return Scorecard(
        started_at=interview.started_at,
        minutes=interview.minutes,
        seconds=min(seconds, 60.0 * interview.minutes),
        seed=interview.seed,
        topic=interview.topic,
        results=tuple(results),
        advice=tuple(_advice(results, solved, present)),
    )


def _mistakes(verdict: Verdict) -> tuple[Diagnosis, ...]:
    found = Counter(d for check in verdict.checks() for d in check.diagnosis if d.mistake)
    return tuple(diagnosis for diagnosis, _ in found.most_common())


def _advice(results: Sequence[KataResult], solved: Collection[str], present: Collection[str]) -> Iterable[Advice]:
    """The weakest kata first, and what it needs before it; if all went well, what was slow; else `kata next`."""
    named: set[str] = set()
    for result in sorted(results, key=lambda result: result.score or 0):
        name = result.kata.name
        is_unreached = bool(result.title) and result.asked is None
        if result.solved_after is not None or name in named or is_unreached:
            continue
        for need in result.kata.needs:
            if need not in solved and need not in named:
                named.add(need)
                again = " --again" if need in present else ""
                yield Advice(f"kata start {need}{again}", f"{name} builds on it, and you have not solved it yet")
        score = "nothing was judged in time" if result.score is None else f"{result.score} of 100 so far"
        named.add(name)
        yield Advice(f"kata start {name} --again", score)
    for result in results:
        if result.solved_after is not None and result.ratio is not None and result.ratio >= SLOW_RATIO:
            why = f"correct, but it takes {result.ratio:.1f} times as long as the reference"
            yield Advice(f"kata bench {result.kata.name}", why)
    if not named:
        yield Advice("kata next", "you solved everything; this finds what you have not practised for a while")
