"""Fuzzing of what stands in files: `kata.toml`, `mistakes.md`, and the history, which a state machine drives.

`KATA_FUZZ=4000 pytest tests/test_fuzz_files.py` is the long run by hand; else the examples are few, and always the same.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from synthetic import make_verdict

from harness import catalog
from harness.catalog import BadMetadata
from harness.judge.bank import BadBank, compose, parse_bank, reference_source
from harness.practice.history import History, Practice
from harness.practice.kind import PracticeKind
from harness.practice.record import read_record
from harness.practice.workspace import UnusableHistory

EXAMPLES = int(os.environ.get("KATA_FUZZ", 0))
bounded = settings(
    max_examples=EXAMPLES or 120,
    deadline=None,
    derandomize=not EXAMPLES,
    database=None,
    suppress_health_check=list(HealthCheck),
)
RELU = catalog.load("relu")
TOML = (RELU.folder / "kata.toml").read_bytes()
BANK = (RELU.folder / "mistakes.md").read_text(encoding="utf-8")
SOURCE = reference_source("relu")


Result = TypeVar("Result")
Sentence = TypeVar("Sentence", bound=Exception)


def outcome(call: Callable[[], Result], kind: type[Sentence]) -> Result | Sentence:
    """What a call returns, or the one exception that it may raise."""
    try:
        return call()
    except kind as error:
        return error


@st.composite
def damaged(draw: st.DrawFn, whole: str, pieces: list[str]) -> str:
    """A text with some of its lines left out, repeated, swapped or replaced by others."""
    lines = whole.splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1)) if lines else 0
        line = draw(st.sampled_from(pieces) | st.text(max_size=30))
        match draw(st.integers(0, 4)):
            case 0:
                lines[at : at + draw(st.integers(1, 8))] = []
            case 1:
                lines.insert(at, line)
            case 2:
                lines[at : at + 1] = [line]
            case 3:
                lines[at:at] = lines[draw(st.integers(0, max(at - 1, 0))) : at]
            case _:
                lines[at : at + 1] = [part[: draw(st.integers(0, 20))] for part in lines[at : at + 1]]
    return "\n".join(lines)


VALUES = [
    "0",
    "-1",
    "1e999",
    "nan",
    "true",
    '""',
    "[]",
    "[[]]",
    "{}",
    "{a = 1}",
    "1979-05-27",
    "'''x\n'''",
    "9" * 30,
    "[1, 'a']",
]
KEYS = ["title", "topic", "difficulty", "par_minutes", "tags", "needs", "checks", "points", "hints"]


@bounded
@given(
    st.binary(max_size=200)
    | damaged(TOML.decode(), [f"{key} = {value}" for key in KEYS for value in VALUES]).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )
)
@example(TOML)
@example(b"a = " + b"[" * 5000)
@example(b"a = " + b"9" * 5000)
def test_any_kata_toml_is_a_kata_or_a_sentence(content: bytes) -> None:
    kata = outcome(lambda: catalog.parse("relu", RELU.folder, content), BadMetadata)
    if isinstance(kata, BadMetadata):
        assert str(RELU.folder) in str(kata)
        return
    assert sum(kata.points.values()) == 100
    assert all(hint.group in kata.points for hint in kata.hints)
    assert {type(word) for word in (*kata.tags, *kata.needs, kata.title)} <= {str}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", VALUES)
def test_any_value_in_any_place_is_a_kata_or_a_sentence(key: str, value: str) -> None:
    lines = [line for line in TOML.decode().splitlines() if not line.startswith(f"{key} =")]
    tables = [line for line in lines if line not in ("[points]", "[[hints]]")]
    content = "\n".join([f"{key} = {value}", *(tables if key in ("points", "hints") else lines)])
    outcome(lambda: catalog.parse("relu", RELU.folder, content.encode()), BadMetadata)


PIECES = [
    "## a-name",
    "## Not A Name",
    "Tags: axis",
    "Tags:",
    "Tags: no-such",
    "Try: EPS = 1, 2",
    "Try: eps",
    "```diff",
    "```python",
]
PIECES += [
    "```",
    "-",
    "+",
    " ",
    "-        return x",
    "+x = (",
    "def forward(self, x):",
    "class ReLU:",
    "",
    "\x00",
    "    ",
    "~~~",
]


@bounded
@given(st.text(max_size=300) | damaged(BANK, [*PIECES, *SOURCE.splitlines()]))
@example(BANK)
@example(f"## a\n\nTags: axis\n\nWhy.\n\n```python\nx = {'(' * 300}{')' * 300}\n```\n")
@example("## a\n\nTags: axis\n\nWhy.\n\n```python\nx = '\x00'\n```\n")
def test_any_mistakes_page_is_a_bank_or_a_sentence(text: str) -> None:
    bank = outcome(lambda: parse_bank(text, "relu", SOURCE), BadBank)
    if isinstance(bank, BadBank):
        assert str(bank).startswith("relu: ")
        return
    for mistake in bank:
        assert mistake.explanation
        assert compose([mistake]) != SOURCE or mistake.constant is not None


KATAS = ["relu", "linear", "conv2d"]


class HistoryMachine(RuleBasedStateMachine):
    """A learner who does anything in any order, with a clock that also goes back and a file that gets damaged."""

    def __init__(self) -> None:
        super().__init__()
        self.workspace = Path(tempfile.mkdtemp(prefix="kata-fuzz-"))
        (self.workspace / ".kata").mkdir()
        self.now = 1_700_000_000.0
        self.history = self.opened()
        self.forget()

    def opened(self) -> History:
        return History(self.workspace / ".kata" / "history.db", clock=lambda: self.now)

    def forget(self) -> None:
        self.practices: list[int] = []
        self.best: dict[str, int] = {}
        self.solved: set[str] = set()
        self.revealed: set[str] = set()
        self.hints: dict[int, set[int]] = {}
        self.interviews: list[int] = []
        self.attempts = 0

    def teardown(self) -> None:
        self.history.close()
        shutil.rmtree(self.workspace)

    def any_practice(self, data: Any) -> Practice:
        return self.history.practice(data.draw(st.sampled_from(self.practices)))

    @rule(seconds=st.floats(-1e6, 1e7) | st.sampled_from([0.0, 59.0, 61.0, 899.0, 901.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(kata=st.sampled_from(KATAS), kind=st.sampled_from([PracticeKind.KATA, PracticeKind.HUNT]))
    def start(self, kata: str, kind: PracticeKind) -> None:
        planted = ("a-mistake",) if kind is PracticeKind.HUNT else ()
        practice = self.history.start(kata, f"{kind}_{kata}.py", kind, planted)
        assert (practice.kata, practice.kind, practice.planted_names) == (kata, kind, planted)
        self.practices.append(practice.id)

    @rule(kata=st.sampled_from(KATAS), ago=st.floats(-100, 2000))
    def save(self, kata: str, ago: float) -> None:
        path = self.workspace / f"kata_{kata}.py"
        path.touch()
        os.utime(path, (self.now - ago, max(self.now - ago, 0.0)))

    @precondition(lambda self: self.practices)
    @rule(data=st.data())
    def touch(self, data: st.DataObject) -> None:
        practice = self.any_practice(data)
        for pause in self.history.touch(practice.kata, practice.file, practice):
            assert pause.since <= pause.until
        touched = self.history.last_touched()
        assert touched is not None

    @precondition(lambda self: self.practices)
    @rule(data=st.data())
    def pause(self, data: st.DataObject) -> None:
        self.history.pause(self.any_practice(data))

    @precondition(lambda self: self.practices)
    @rule(data=st.data(), wrong=st.integers(0, 12), ratio=st.none() | st.floats(1e-6, 1e6))
    def check(self, data: st.DataObject, wrong: int, ratio: float | None) -> None:
        practice = self.any_practice(data)
        verdict = make_verdict(catalog.load(practice.kata), wrong, None, ratio)
        self.history.record(verdict, practice)
        self.counted(practice.kata, practice.kind, verdict.score, verdict.passed)

    @rule(kata=st.sampled_from(KATAS), wrong=st.integers(0, 12))
    def check_what_was_never_started(self, kata: str, wrong: int) -> None:
        verdict = make_verdict(catalog.load(kata), wrong)
        self.history.record(verdict, None)
        self.counted(kata, PracticeKind.KATA, verdict.score, verdict.passed)

    def counted(self, kata: str, kind: PracticeKind, score: int, passed: bool) -> None:
        self.attempts += 1
        if kind.policy.counts:
            self.best[kata] = max(self.best.get(kata, 0), score)
            if passed:
                self.solved.add(kata)

    @precondition(lambda self: self.practices)
    @rule(data=st.data(), groups=st.lists(st.sampled_from(["forward", "gradient"]), min_size=1, max_size=4))
    def hint(self, data: st.DataObject, groups: list[str]) -> None:
        practice = self.any_practice(data)
        number = self.history.take_hint(practice, groups)
        shown = self.hints.setdefault(practice.id, set())
        assert number in shown or 1 <= number <= len(groups)
        shown.add(number)
        assert self.history.hints_seen(practice) == len(shown)

    @precondition(lambda self: self.practices)
    @rule(data=st.data())
    def reveal(self, data: st.DataObject) -> None:
        practice = self.any_practice(data)
        self.history.record_reveal(practice)
        self.revealed.add(practice.kata)

    @rule(minutes=st.integers(5, 480), seed=st.integers(0, 2**63 - 1), katas=st.sets(st.sampled_from(KATAS), min_size=1))
    def interview(self, minutes: int, seed: int, katas: set[str]) -> None:
        begun = self.history.begin_interview(minutes, seed, None, [(kata, f"{kata}.py") for kata in sorted(katas)])
        self.interviews.append(begun.id)
        self.practices += [practice.id for practice in self.history.in_interview(begun.id)]

    @precondition(lambda self: self.interviews)
    @rule(data=st.data())
    def end_interview(self, data: st.DataObject) -> None:
        self.history.end_interview(data.draw(st.sampled_from(self.interviews)))

    @rule()
    def another_command(self) -> None:
        self.history.close()
        self.history = self.opened()
        assert not self.history.notice

    @rule(content=st.binary(min_size=1, max_size=300), at=st.integers(0, 4000))
    def damage(self, content: bytes, at: int) -> None:
        """Whatever stands in the file, the next command works: with what was kept, or anew and with a sentence."""
        self.history.close()
        file = self.workspace / ".kata" / "history.db"
        with file.open("r+b") as opened:
            opened.seek(at)
            opened.write(content)
        aside = len(list(file.parent.iterdir()))
        try:
            self.history = self.opened()
        except UnusableHistory:  # a version of the schema that does not exist yet
            file.unlink()
            self.history = self.opened()
        if not self.history.notice:  # it may still be damaged in a place that nobody has read
            self.history.close()
            for path in file.parent.glob("history.db*"):
                path.unlink()
            self.history = self.opened()
        else:
            assert len(list(file.parent.iterdir())) > aside - 2
        self.forget()

    @invariant()
    def everything_can_be_read(self) -> None:
        assert self.history.best_scores() == self.best
        record = read_record(self.history, KATAS)
        assert record.solved() == self.solved
        for kata in KATAS:
            assert self.history.was_solved(kata) == (kata in self.solved)
            assert self.history.was_revealed(kata) == (kata in self.revealed)
        for number in self.practices[-5:]:
            assert self.history.practice(number).clock_seconds(self.now) >= 0
        assert len(record.active) >= self.attempts


TestHistory = HistoryMachine.TestCase
TestHistory.settings = settings(bounded, max_examples=EXAMPLES // 10 or 12, stateful_step_count=20)
