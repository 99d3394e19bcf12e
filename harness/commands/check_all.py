"""What `kata check --all` does: judge every solution of a workspace."""

from __future__ import annotations

from contextlib import suppress

from harness import catalog
from harness.commands.histories import history_if_usable
from harness.commands.parameters import WrongCall
from harness.commands.solutions import readable_file
from harness.commands.subject import Subject
from harness.judge.session import Options, judge
from harness.judge.verdict import Verdict
from harness.practice.workspace import Workspace
from harness.screens.console import make_console
from harness.screens.progress_line import ProgressLine
from harness.screens.sentences import shown
from harness.screens.summary_screen import show_summary


def check_workspace(workspace: Workspace, seed: int, timeout: float, sandbox: str) -> int:
    """Judge every solution in a workspace and show a table; returns the exit code."""
    katas = [kata for kata in catalog.all_katas() if workspace.solution(kata).is_file()]
    if not katas:
        raise WrongCall(f"there is no solution in {workspace.root}: `kata start NAME` writes a first one")
    for kata in katas:
        readable_file(workspace.solution(kata))
    options = Options(seed=seed, timing=False, call_timeout=timeout, sandbox=sandbox)
    history = history_if_usable(workspace)
    verdicts: list[Verdict] = []
    with ProgressLine("Checking", unit="solutions") as progress:
        for number, kata in enumerate(katas):
            progress.label = f"Checking {kata.file_name}"
            progress.update(number, len(katas))
            path = workspace.solution(kata)
            verdict = judge(kata, path, shown(path), options)
            verdicts.append(Subject.of(kata, path, workspace, history).keep(verdict))
    with suppress(BrokenPipeError):
        show_summary(make_console(), verdicts)
    return 0 if all(verdict.passed for verdict in verdicts) else 1
