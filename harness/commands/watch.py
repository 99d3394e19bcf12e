"""The loop of `kata watch`: judges a solution again at each save, with a judge that stays warm.

NumPy, pytest and the hidden tests are loaded once. The worker for the next save starts as soon as the last verdict is on
the screen, and waits with NumPy imported. The verdict is shown when the checks have run; the diagnosis is added when it is
found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console

from harness.catalog import Kata
from harness.commands.hints import hints_for, next_hint
from harness.commands.solutions import readable_file
from harness.commands.subject import SYMPTOMS_ONLY, Subject
from harness.commands.watcher import Event, Watcher
from harness.judge.collect import collect_checks
from harness.judge.replay import Check
from harness.judge.session import Options, judge
from harness.judge.verdict import Outcome, Verdict
from harness.practice.history import History
from harness.practice.workspace import Workspace
from harness.sandbox.interrupt import Interrupted
from harness.sandbox.spawn import Spawned, spawn
from harness.screens.check_screen import LESS_AND_LESS, NOT_CONFINED, NOT_TIMED
from harness.screens.console import make_console
from harness.screens.progress_line import ProgressLine
from harness.screens.sentences import shown
from harness.screens.texts import show_hint

CLEAR = "\x1b[H\x1b[2J\x1b[3J"
FOOTER_LINES = 3
KEYS = "h hint · n next failure · t timing · q quit"


def watch(kata: Kata, path: Path, workspace: Workspace, history: History | None, options: Options, worker: Spawned) -> None:
    """Watch a solution until `q` is pressed.

    Args:
        kata: what it is a solution of.
        path: its file.
        workspace: where it may belong.
        history: of the workspace, if there is one that can be used.
        options: how to judge; whether to diagnose follows from the practice.
        worker: a worker that has loaded nothing.
    """
    subject = Subject.touched(kata, path, workspace, history)
    with Watcher(path) as watcher:
        session = WatchSession(subject, watcher, collect_checks(kata), options, worker)
        try:
            session.run()
        finally:
            session.close()


class WatchSession:
    """One `kata watch`: the loop, and what its screen shows.

    Args:
        subject: what is judged.
        watcher: an open watcher of its file.
        checks: the kata's checks.
        options: how to judge; whether to diagnose follows from the subject.
        worker: a worker that has loaded nothing.
    """

    def __init__(
        self, subject: Subject, watcher: Watcher, checks: Sequence[Check], options: Options, worker: Spawned
    ) -> None:
        self._subject, self._watcher, self._checks, self._options = subject, watcher, checks, options
        self._spare: Spawned | None = worker
        self._verdict: Verdict | None = None
        self._failure = -1
        self._count = 0
        self._notices: list[str] = []
        self._view: Callable[[Console], None] = lambda console: None

    def run(self) -> None:
        """Judge, wait, and do what the keys say, until `q` is pressed."""
        self._judge()
        while not self._watcher.quitting:
            event = self._watcher.wait()
            if event is Event.SAVED:
                self._judge()
            elif event is Event.RESIZED:
                self._draw()
            else:
                self._press(str(event))

    def close(self) -> None:
        """End the worker that waits."""
        if self._spare is not None:
            self._spare.kill()

    # judging

    def _judge(self, timing: bool = False) -> None:
        """Judge the file as it is, show the verdict and keep it; begin again where the file is changed meanwhile."""
        reached = False
        while not reached and not self._watcher.quitting:
            self._watcher.take()
            try:
                readable_file(self._subject.path)
            except click.ClickException as error:
                path = self._subject.path
                gone = f"{path.name} is gone. Waiting for it to come back."
                self._say(f"{error.format_message()}. Waiting for it to change." if path.exists() else gone)
                return
            with ProgressLine(f"Checking {self._subject.path.name}") as progress:
                reached = self._judge_once(timing, progress)
            if self._spare is None:
                self._spare = spawn(self._options.sandbox)

    def _judge_once(self, timing: bool, progress: ProgressLine) -> bool:
        """One judgement; returns whether a verdict was reached on a file that stayed the same meanwhile."""
        watcher = self._watcher
        subject = Subject.touched(self._subject.kata, self._subject.path, self._subject.workspace, self._subject.history)
        self._subject = subject
        first: list[Verdict] = []
        self._notices.clear()

        def on_each(done: int, total: int) -> None:
            watcher.interrupt.check()
            progress.update(done, total)

        def on_verdict(verdict: Verdict) -> None:
            if watcher.is_stale():
                raise Interrupted
            first.append(verdict)
            self._count += 1
            progress.end()
            if verdict.passed or not subject.tells_symptoms_only:
                self._show(subject.told(verdict))

        try:
            verdict = judge(
                subject.kata,
                subject.path,
                shown(subject.path),
                replace(self._options, timing=timing, **subject.judging),
                self._take_spare(),
                on_each,
                checks=self._checks,
                on_verdict=on_verdict,
                interrupt=watcher.interrupt,
            )
        except Interrupted:
            if not first:
                return False
            verdict = first[0]
        told = subject.keep(verdict, self._notices.append)
        could_not = not (verdict.timing or verdict.hot_line or verdict.not_timed)
        if timing and verdict.passed and could_not and not watcher.is_stale():
            self._notices.append(NOT_TIMED)
        if verdict.sandbox == "none":
            self._notices.append(NOT_CONFINED)
        more = verdict.timing or verdict.hot_line or verdict.not_timed or verdict.symptoms
        added = more or verdict.groups != first[0].groups
        if self._notices or added:
            self._show(told)
        return True

    def _take_spare(self) -> Spawned | None:
        """The worker that waits, unless something has ended it meanwhile."""
        spare, self._spare = self._spare, None
        if spare is not None and spare.process.poll() is not None:
            spare.kill()
            return None
        return spare

    # keys

    def _press(self, key: str) -> None:
        if key == "h":
            self._hint()
        elif key == "n":
            self._next_failure()
        elif key == "t":
            self._time()
        elif not self._watcher.quitting and self._verdict is not None:
            self._show(self._verdict)

    def _hint(self) -> None:
        subject = self._subject
        if subject.in_interview():
            self._say("There are no hints in an interview.")
        elif subject.history is None or subject.practice is None:
            self._say(f"Hints are for katas that were started here: kata start {subject.kata.name}")
        else:
            hints = hints_for(subject.kata, subject.practice)
            heading, text = next_hint(subject.history, subject.practice, hints)
            self._look(lambda console: show_hint(console, subject.name, heading, text))

    def _next_failure(self) -> None:
        passing = (Outcome.PASSED, Outcome.BLOCKED)
        if self._verdict and self._verdict.symptoms:
            self._say(f"{SYMPTOMS_ONLY.capitalize()}.")
            return
        failing = [check for check in self._verdict.checks() if check.outcome not in passing] if self._verdict else []
        if not failing:
            self._say("No check fails." if self._verdict else "Nothing has been judged yet.")
            return
        self._failure = (self._failure + 1) % len(failing)
        place = f"{self._failure + 1} of {len(failing)}"
        check = failing[self._failure]
        self._look(lambda console: self._subject.show_check(console, check, place))

    def _time(self) -> None:
        if self._verdict is None or not self._verdict.passed:
            self._say("Only a solution that passes is timed.")
        elif not self._subject.kata.has_workload:
            self._say(f"{self._subject.kata.name} has no workload to time: its speed does not matter.")
        else:
            self._judge(timing=True)

    # the screen

    def _show(self, verdict: Verdict) -> None:
        """Show a verdict."""
        self._verdict, self._failure = verdict, -1
        self._look(self._show_verdict)

    def _say(self, sentence: str) -> None:
        self._look(lambda console: console.print(sentence))

    def _look(self, view: Callable[[Console], None]) -> None:
        self._view = view
        self._draw()

    def _show_verdict(self, console: Console) -> None:
        """The verdict, with as much detail as the terminal has room for."""
        assert self._verdict is not None
        for detail in LESS_AND_LESS:
            with console.capture() as capture:
                self._subject.show(console, self._verdict, detail, watched=True)
            screen = capture.get()
            if not console.is_terminal or screen.count("\n") + FOOTER_LINES <= console.height:
                break
        console.file.write(screen)

    def _draw(self) -> None:
        console = make_console()
        if console.is_terminal:
            console.file.write(CLEAR)
        self._view(console)
        for notice in self._notices:
            console.print(notice)
        footer = f"watching {shown(self._subject.path)} · check {self._count}"
        if sys.stdin.isatty():
            one_line = f"{footer} · {KEYS}"
            footer = one_line if len(one_line) <= console.width else f"{footer}\n{KEYS}"
        console.print(footer, style="dim")
        console.file.flush()
