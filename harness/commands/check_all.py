"""What `kata check --all` does: judge every solution of a workspace."""

from __future__ import annotations

from contextlib import suppress

from harness import catalog
from harness.commands.histories import history_if_usable, staged_of
from harness.commands.parameters import WrongCall
from harness.commands.solutions import readable_file
from harness.commands.subject import Subject
from harness.judge.session import Options, judge
from harness.judge.verdict import Verdict
from harness.practice.workspace import Workspace
from harness.sandbox.errors import JudgeFailure, UnreadableSolution
from harness.screens.check_screen import NOT_CONFINED
from harness.screens.console import make_console
from harness.screens.progress_line import ProgressLine
from harness.screens.sentences import shown
from harness.screens.summary_screen import Unjudged, show_summary


def check_workspace(workspace: Workspace, seed: int, timeout: float, sandbox: str) -> int:
    """Judge every solution in a workspace and show a table; returns the exit code. No file keeps the others from it."""
    paths = {kata.name: workspace.solution(kata) for kata in catalog.all_katas()}
    # the file of a staged interview is judged by its stages alone
    history = history_if_usable(workspace)
    katas = [catalog.find(n) for n, path in paths.items() if path.is_file() and not staged_of(path, workspace, history)]
    if not katas:
        raise WrongCall(f"there is no solution in {workspace.root}: `kata start NAME` writes a first one")
    options = Options(seed=seed, timing=False, call_timeout=timeout, sandbox=sandbox)
    verdicts: list[Verdict] = []
    unjudged: list[Unjudged] = []
    code = 0
    with ProgressLine("Checking", unit="solutions") as progress:
        for number, kata in enumerate(katas):
            progress.label = f"Checking {kata.file_name}"
            progress.update(number, len(katas))
            path = workspace.solution(kata)
            try:
                verdict = judge(kata, readable_file(path), shown(path), options)
            except (WrongCall, UnreadableSolution) as error:
                unjudged.append(Unjudged(shown(path), str(error)))
                code = max(code, 1)
            except JudgeFailure as error:
                unjudged.append(Unjudged(shown(path), f"the judge itself failed: {error}"))
                code = 3
            else:
                verdicts.append(Subject.of(kata, path, workspace, history).keep(verdict))
                code = code if verdict.passed else max(code, 1)
    with suppress(BrokenPipeError):
        console = make_console()
        show_summary(console, verdicts, unjudged)
        if sandbox == "auto" and any(verdict.sandbox == "none" for verdict in verdicts):
            console.print(NOT_CONFINED)
    return code
