"""`kata watch`: judges a solution again at each save, with a judge that stays warm.

NumPy, pytest and the hidden tests are loaded once; the worker for the next save is started as soon as the last verdict is
shown, and waits with NumPy imported. The verdict is shown when the checks have run; the diagnosis is added when it is found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from harness.catalog import Kata
from harness.commands.common import history_if_usable, kata_argument, shown, workspace_option
from harness.commands.subject import Subject, find_solution, readable_file
from harness.practice.workspace import Workspace
from harness.sandbox.spawn import Spawned, bwrap_works, spawn

if TYPE_CHECKING:
    from rich.console import Console

    from harness.commands.watcher import Watcher
    from harness.judge.replay import Check
    from harness.judge.session import Options
    from harness.judge.verdict import Verdict

CLEAR = "\x1b[H\x1b[2J\x1b[3J"
FOOTER_LINES = 3


@click.command("watch")
@kata_argument
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the tests' random inputs.")
@workspace_option
def watch_command(kata: Kata | None, seed: int, workspace: Workspace) -> int:
    """Judge a solution again each time that you save it.

    Keys: h shows a hint, n the next failing check in full, t times a solution that passes, q quits, any other shows the
    verdict again. Without NAME it watches what was started last.

    \b
    Example:
      kata watch conv2d
    """
    kata, path = find_solution(kata, None, workspace)
    sandbox = "bwrap" if bwrap_works() else "none"
    worker = spawn(sandbox)
    from harness.commands.watcher import Watcher
    from harness.judge.collect import collect_checks
    from harness.judge.session import Options

    subject = Subject.of(kata, path, workspace, history_if_usable(workspace))
    with Watcher(path) as watcher:
        session = Session(subject, watcher, collect_checks(kata), Options(seed=seed, timing=False, sandbox=sandbox), worker)
        try:
            session.run()
        finally:
            session.close()
    return 0


class Session:
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
        from harness.commands.watcher import Event

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
        from harness.screens.render import ProgressLine

        reached = False
        while not reached and not self._watcher.quitting:
            self._watcher.take()
            try:
                readable_file(self._subject.path)
            except click.ClickException as error:
                self._say(f"{error.format_message()}. Waiting for it.")
                return
            with ProgressLine(f"Checking {self._subject.path.name}") as progress:
                reached = self._judge_once(timing, progress.update)
            if self._spare is None:
                self._spare = spawn(self._options.sandbox)

    def _judge_once(self, timing: bool, on_check: Callable[[int, int], None]) -> bool:
        """One judgement; returns whether a verdict was reached on a file that stayed the same meanwhile."""
        from harness.judge.session import judge
        from harness.sandbox.interrupt import Interrupted

        watcher = self._watcher
        subject = Subject.of(self._subject.kata, self._subject.path, self._subject.workspace, self._subject.history)
        self._subject = subject
        first: list[Verdict] = []
        self._notices.clear()

        def on_each(done: int, total: int) -> None:
            watcher.interrupt.check()
            on_check(done, total)

        def on_verdict(verdict: Verdict) -> None:
            if watcher.is_stale():
                raise Interrupted
            first.append(verdict)
            self._count += 1
            self._show(subject.told(verdict))

        try:
            verdict = judge(
                subject.kata,
                subject.path,
                shown(subject.path),
                replace(self._options, timing=timing, diagnosis=subject.is_diagnosed),
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
        if timing and verdict.passed and verdict.timing is None and not watcher.is_stale():
            from harness.screens.render import NOT_TIMED

            self._notices.append(NOT_TIMED)
        if self._notices or verdict.timing or verdict.groups != first[0].groups:
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
        from harness.commands.sitting import take_hint
        from harness.screens.render import show_hint

        subject = self._subject
        if subject.in_interview():
            self._say("There are no hints in an interview.")
        elif subject.history is None or subject.practice is None:
            self._say(f"Hints are for katas that were started here: kata start {subject.kata.name}")
        else:
            number = take_hint(subject.kata, subject.history, subject.practice)
            self._look(lambda console: show_hint(console, subject.kata, number))

    def _next_failure(self) -> None:
        from harness.judge.verdict import Outcome
        from harness.screens.render import show_check

        passing = (Outcome.PASSED, Outcome.BLOCKED)
        failing = [check for check in self._verdict.checks() if check.outcome not in passing] if self._verdict else []
        if not failing:
            self._say("No check fails." if self._verdict else "Nothing has been judged yet.")
            return
        self._failure = (self._failure + 1) % len(failing)
        place = f"{self._failure + 1} of {len(failing)}"
        check = failing[self._failure]
        self._look(lambda console: show_check(console, check, place))

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
        """The verdict, with as many failures in full as the terminal has room for."""
        from harness.screens.render import SHOWN_FAILURES

        assert self._verdict is not None
        for full in range(SHOWN_FAILURES, -1, -1):
            with console.capture() as capture:
                self._subject.show(console, self._verdict, full)
            screen = capture.get()
            if not console.is_terminal or screen.count("\n") + FOOTER_LINES <= console.height:
                break
        console.file.write(screen)

    def _draw(self) -> None:
        from harness.screens.render import make_console

        console = make_console()
        if console.is_terminal:
            console.file.write(CLEAR)
        self._view(console)
        for notice in self._notices:
            console.print(notice)
        keys = " · h hint · n next failure · t timing · q quit" if sys.stdin.isatty() else ""
        console.print(f"watching {shown(self._subject.path)} · check {self._count}{keys}", style="dim")
        console.file.flush()
