"""`kata hunt`: a correct solution with one mistake planted, to be found and fixed."""

from __future__ import annotations

import random
from collections.abc import Sequence

import click

from harness.authoring.hunts import make_hunt
from harness.catalog import Kata
from harness.commands.histories import make_history, refuse_in_interview
from harness.commands.parameters import WrongCall, confirmed, kata_argument, workspace_option, writing, yes_option
from harness.judge.bank import Mistake, load_bank
from harness.practice.kind import PracticeKind
from harness.practice.workspace import Workspace
from harness.screens.sentences import say, shown


@click.command("hunt")
@kata_argument
@click.option("--mistake", "number", type=click.IntRange(min=1), metavar="N", help="Plant the Nth mistake of the bank.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Draw the same mistake again for the same N.")
@yes_option
@workspace_option
def hunt_command(kata: Kata | None, number: int | None, seed: int | None, yes: bool, workspace: Workspace) -> None:
    """Plant one mistake in a correct solution, for you to find and fix.

    The file is hunt_NAME.py; an older hunt goes into the archive. `kata check` judges it without naming the mistake, and
    tells you which it was once all checks pass. Mistakes that you have not hunted yet come first. As the file shows most of
    our solution, it asks first if you have not solved the kata yet.

    \b
    Example:
      kata hunt conv2d
      kata hunt conv2d --mistake 3
    """
    if kata is None:
        raise WrongCall("name the kata to hunt in, as in `kata hunt conv2d`; `kata list` shows them all")
    if number is not None and seed is not None:
        raise WrongCall("--mistake chooses a mistake and --seed draws one: use only one of them")
    bank = load_bank(kata.module)
    if number is not None and number > len(bank):
        raise WrongCall(f"{kata.name} has {len(bank)} mistakes in its bank; there is no number {number}")
    history = make_history(workspace)
    refuse_in_interview(kata, history)
    known = history.was_solved(kata.name) or history.was_revealed(kata.name) or bool(history.planted(kata.name))
    reason = f"a hunt shows most of our solution, and you have not solved {kata.name} yet"
    if not known and not confirmed(reason, "Go on?", yes):
        return
    if number is not None:
        mistake = bank[number - 1]
    else:
        mistake = draw_mistake(bank, history.planted(kata.name) if seed is None else set(), seed)
    path = workspace.hunt(kata)
    archived = workspace.archive(path) if path.exists() else None
    with writing(path):
        workspace.write_new(path, make_hunt(kata, [mistake]))
    history.start(kata.name, path.name, PracticeKind.HUNT, planted=mistake.name)
    if archived:
        say(f"Your last hunt is kept as {shown(archived)}")
    say(f"Wrote {shown(path)}: a solution of {kata.name} with one mistake planted. The clock is running.")
    say("Find it and fix it, then: kata check. kata hint helps with the search.")


def draw_mistake(bank: Sequence[Mistake], hunted: set[str], seed: int | None) -> Mistake:
    """One mistake of a bank at random; those that were hunted before come last."""
    fresh = [mistake for mistake in bank if mistake.name not in hunted]
    return random.Random(seed).choice(fresh or bank)
