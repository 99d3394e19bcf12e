"""What `kata` without a command shows."""

from __future__ import annotations

import os

from harness import catalog
from harness.commands.histories import open_history, running_interview
from harness.practice.history import History
from harness.practice.kind import PracticeKind
from harness.practice.workspace import Workspace, find_workspace
from harness.screens.sentences import say


def show_home() -> None:
    """Where you are, and the commands that come next."""
    workspace = find_workspace(os.environ.get("KATA_WORKSPACE"))
    history = open_history(workspace)
    touched = history.last_touched() if history else None
    if history is not None and touched is None and history.last_started() is not None:
        _say_where(workspace, history)
        say("Your history came from another machine; nothing has been started here yet.\n")
        rows = [("kata next", "see what to practise next"), ("kata status", "show how far you are")]
    elif history is None or touched is None:
        say("Practise writing layers in NumPy, forward and backward, before somebody asks you to.\n")
        say("Nothing has been started in this folder yet.\n")
        rows = [
            ("kata demo", "see what it does, in ten seconds"),
            ("kata list", "show all katas"),
            ("kata start linear", "start with an easy one"),
        ]
    else:
        practice = touched.practice
        policy = (practice.kind if practice else PracticeKind.KATA).policy
        is_solved = practice.solved_at is not None if practice else history.was_solved(touched.kata)
        state = "solved" if is_solved else "not solved yet"
        _say_where(workspace, history)
        if running_interview(history):
            say("An interview is running.\n")
            rows = [
                ("kata check", "judge the file you saved last"),
                ("kata interview status", "show the time left"),
                ("kata interview end", "show the scorecard"),
            ]
        elif practice and practice.interview is not None:
            say(f"Last worked on: {policy.phrase}{touched.kata}, which is over.\n")
            rows = [("kata next", "see what to practise next")]
            if history.open_interview():
                rows.insert(0, ("kata interview end", "show the scorecard"))
            else:
                rows.insert(0, (f"kata start {touched.kata} --again", "write it again"))
        else:
            say(f"Last worked on: {policy.phrase}{touched.kata} ({state}).\n")
            if is_solved:
                second = ("kata diff", "compare yours with ours")
            elif practice and policy.offers_hints:
                second = ("kata hint", "show the next hint")
            else:
                second = ("kata watch", "judge it at each save")
            rows = [("kata check", f"judge {touched.file}"), second, ("kata next", "see what to practise next")]
    width = max(24, *(len(command) + 2 for command, _ in rows))
    for command, meaning in rows:
        say(meaning, first=f"  {command:<{width}}", indent=width + 2)
    say("\n`kata --help` shows every command.")


def _say_where(workspace: Workspace, history: History) -> None:
    solved = sum(history.was_solved(name) for name in catalog.all_names())
    say(f"Workspace {workspace.root}: {solved} of {len(catalog.all_names())} katas solved.", indent=2)
