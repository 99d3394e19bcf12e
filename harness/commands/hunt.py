"""`kata hunt`: a correct solution with mistakes planted, to be found and fixed."""

from __future__ import annotations

import random
from collections.abc import Sequence

import click

from harness.authoring.hunts import make_hunt
from harness.authoring.planting import MAX_BUGS, TooFew, draw_mistakes
from harness.authoring.training import expected_losses, shows_in_training
from harness.catalog import Kata
from harness.commands.histories import make_history, refuse_in_interview
from harness.commands.parameters import SEED, WrongCall, confirmed, kata_argument, workspace_option, writing, yes_option
from harness.judge.bank import Mistake, load_bank
from harness.practice.history import Hunt
from harness.practice.kind import PracticeKind
from harness.practice.workspace import Workspace
from harness.screens.console import make_console
from harness.screens.progress_line import ProgressLine
from harness.screens.sentences import say, shown
from harness.screens.texts import show_hunting

MAX_SEED = 10_000


@click.command("hunt")
@kata_argument
@click.option(
    "--bugs", type=click.IntRange(1, MAX_BUGS), metavar="N", help=f"Plant N mistakes, 1 to {MAX_BUGS}. Default: 1."
)
@click.option("--minutes", type=click.IntRange(1, 480), metavar="N", help="Hunt against the clock.")
@click.option("--symptoms", is_flag=True, help="Hunt by the loss of a training run, with no word on any check.")
@click.option("--mistake", "number", type=click.IntRange(min=1), metavar="N", help="Plant the Nth mistake of the bank.")
@click.option("--seed", type=SEED, metavar="N", help="Draw the same mistakes again for the same N.")
@yes_option
@workspace_option
def hunt_command(
    kata: Kata | None,
    bugs: int | None,
    minutes: int | None,
    symptoms: bool,
    number: int | None,
    seed: int | None,
    yes: bool,
    workspace: Workspace,
) -> None:
    """Plant mistakes in a correct solution, for you to find and fix.

    The file is hunt_NAME.py; an older hunt goes into the archive. `kata check` judges it without naming what is planted: it
    says how many mistakes are left, and explains them once all checks pass. `kata why` explains one at a time, as a hint.
    With --symptoms it shows only how the loss of a training run falls, compared with that of a correct solution.

    Mistakes that you have not hunted yet come first. As the file shows most of our solution, it asks first if you have not
    solved the kata yet.

    \b
    Example:
      kata hunt conv2d
      kata hunt gpt --bugs 4 --minutes 60
      kata hunt transformer-block --symptoms
    """
    if kata is None:
        raise WrongCall("name the kata to hunt in, as in `kata hunt conv2d`; `kata list` shows them all")
    if number is not None and (seed is not None or bugs is not None):
        raise WrongCall("--mistake chooses a mistake, --bugs and --seed draw them: use only one or the other")
    bank = load_bank(kata.module)
    if number is not None and number > len(bank):
        raise WrongCall(f"{kata.name} has {len(bank)} mistakes in its bank; there is no number {number}")
    if symptoms and not expected_losses(kata):
        raise WrongCall(f"{kata.name} has nothing to train, so there are no symptoms: hunt in it without --symptoms")
    history = make_history(workspace)
    refuse_in_interview(kata, history)
    known = history.was_solved(kata.name) or history.was_revealed(kata.name) or bool(history.planted(kata.name))
    reason = f"a hunt shows most of our solution, and you have not solved {kata.name} yet"
    if not known and not confirmed(reason, "Go on?", yes):
        return
    if number is not None:
        planted: Sequence[Mistake] = [bank[number - 1]]
    else:
        hunted = set() if seed is not None else history.planted(kata.name)
        planted = _drawn(kata, bugs or 1, hunted, seed, symptoms)
    path = workspace.hunt(kata)
    archived = workspace.archive(path) if path.exists() else None
    with writing(path):
        workspace.write_new(path, make_hunt(kata, planted))
    is_first = not history.has_hunted()
    names = [mistake.name for mistake in planted]
    history.start(kata.name, path.name, PracticeKind.HUNT, planted=names, hunt=Hunt(minutes, symptoms))
    if is_first:
        show_hunting(make_console())
    if archived:
        say(f"Your last hunt is kept as {shown(archived)}")
    count = "one mistake" if len(planted) == 1 else f"{len(planted)} mistakes"
    limit = f" {minutes} min are left." if minutes else ""
    say(f"Wrote {shown(path)}: a solution of {kata.name} with {count} planted. The clock is running.{limit}")
    them = "it" if len(planted) == 1 else "them"
    say(f"Find {them} and fix {them}, then: kata check. kata hint helps with the search.")
    if is_first:
        say("kata show --hunting shows again how to go about it.")


def _drawn(kata: Kata, bugs: int, hunted: set[str], seed: int | None, symptoms: bool) -> list[Mistake]:
    def suits(mistake: Mistake) -> bool:
        return not symptoms or shows_in_training([mistake], kata)

    with ProgressLine(f"Planting {bugs} mistakes in {kata.name}"):
        try:
            return draw_mistakes(kata, bugs, hunted, random.randrange(MAX_SEED) if seed is None else seed, suits)
        except TooFew as error:
            raise WrongCall(f"{error}: use fewer --bugs") from None
