"""The command line: the list of commands, and what all commands have in common: errors, exit codes, laziness.

A command's module is imported when the command runs, and not before, so that each pays only for what it uses. That is
declared here, once: the modules themselves import at the top. (`commands/check.py` is the one exception, and says why.)

Exit codes: 0 all checks passed; 1 some failed; 2 the call was wrong; 3 the judge itself failed, with the traceback in a
file; 130 after Ctrl-C.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from types import ModuleType
from typing import Any

import click
from click.shell_completion import CompletionItem

from harness import catalog
from harness.practice.workspace import UnusableHistory
from harness.sandbox.errors import UnreadableSolution
from harness.sandbox.threads import use_one_thread
from harness.screens import signs
from harness.screens.sentences import complain

EXIT_WRONG_CALL = 2
EXIT_JUDGE_FAILED = 3
EXIT_INTERRUPTED = 130

# name -> module of harness.commands, and its line in `kata --help`; in the order of `kata --help`
COMMANDS = {
    "list": ("overview", "Show all katas by topic, in an order in which to learn them."),
    "start": ("sitting", "Write the stub of a kata, and start the clock."),
    "show": ("show", "Show the statement, the stub, or the rules for all katas."),
    "check": ("check", "Judge a solution: its score, what is wrong and why, its speed."),
    "why": ("why", "Explain a recognised mistake; it counts as a hint."),
    "debug": ("why", "Write a failing check as a script to step through."),
    "watch": ("check", "Judge a solution again each time you save it."),
    "hint": ("sitting", "Show the next hint."),
    "solution": ("sitting", "Show our solution."),
    "diff": ("sitting", "Compare your solution with ours."),
    "pause": ("sitting", "Stop the clock, or start it again."),
    "bench": ("bench", "Time a solution against the reference."),
    "reset": ("sitting", "Restore the file as it was at the start."),
    "status": ("progress", "Show how far you are, what is due, and your common mistakes."),
    "next": ("progress", "Suggest what to practise next, and why."),
    "hunt": ("hunt", "Plant mistakes in a correct solution, for you to find."),
    "interview": ("interview", "Start a mock interview against the clock."),
    "report": ("report", "Write a report on your practice as an HTML file."),
    "export": ("transfer", "Write your history into a file, for another machine."),
    "import": ("transfer", "Add a history from another machine to this one."),
    "grade": ("grade", "Judge many submissions, and show what they have in common."),
    "demo": ("demo", "Show in a few seconds what kata does."),
    "doctor": ("doctor", "Check that this machine has what kata needs."),
    "dev": ("dev", "Write katas: create one, or prove that all are sound."),
}


class Commands(click.Group):
    """A group that imports a command when it is asked for, and suggests the nearest name for a misspelt one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(_module(module), f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        commands = [CompletionItem(name, help=line) for name, (_, line) in COMMANDS.items() if name.startswith(incomplete)]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.UsageError(f"there is no command {args[0]!r}.{_suggestion(args[0])}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderGone from None  # before Click makes it exit code 1, which would mean that some check failed


def _suggestion(word: str) -> str:
    """What may have been meant by a command that does not exist: a command, or a kata to start."""
    if word.lower().replace("_", "-").removesuffix(".py") in catalog.all_names():
        kata = catalog.find(word)
        return f" It is a kata: `kata start {kata.name}` starts it, `kata check {kata.name}` judges your solution."
    if near := difflib.get_close_matches(word, COMMANDS, n=2):
        return f" Did you mean {' or '.join(near)}? `kata --help` shows them all."
    if katas := catalog.nearest(word):
        return f" Did you mean a kata? Try `kata start {katas[0]}`."
    return " `kata --help` shows them all."


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"harness.commands.{name}")


class ReaderGone(Exception):
    """Nobody reads our output any more."""


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kata", prog_name="kata")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Practise for a machine-learning interview: write a layer in NumPy, forward and backward, and have it judged.

    \b
    Example:
      kata start conv2d  # writes conv2d.py, starts the clock
      kata check         # judges it
    """
    if ctx.invoked_subcommand is None:
        _module("home").show_home()


def main() -> None:
    """Entry point of the console script."""
    open_standard_streams()
    signs.register()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors=signs.ERRORS)  # type: ignore[union-attr]
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)


def open_standard_streams() -> None:
    """Give descriptors 0 to 2 something to be where the caller has closed them: a pipe of ours must not take their place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if not _is_open(number):
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free, which is this one
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; every error ends here, as one clear sentence."""
    use_one_thread()
    try:
        result: Any = cli.main(arguments, prog_name="kata", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return EXIT_WRONG_CALL
    except click.UsageError as error:
        message = error.format_message()
        complain(f"{message[0].lower()}{message[1:]}")
        return EXIT_WRONG_CALL
    except click.ClickException as error:
        complain(error.format_message())
        return error.exit_code if error.exit_code != 1 else EXIT_WRONG_CALL
    except (catalog.UnknownKata, FileExistsError, UnusableHistory, UnreadableSolution) as error:
        complain(str(error))
        return EXIT_WRONG_CALL
    except (KeyboardInterrupt, click.Abort):
        complain("interrupted")
        return EXIT_INTERRUPTED
    except ReaderGone:
        return 0
    except Exception as error:
        return _report_failure(error)
    return result if isinstance(result, int) else 0


def _report_failure(error: Exception) -> int:
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile("w", prefix="kata-failure-", suffix=".txt", delete=False) as file:
            file.write("".join(traceback.format_exception(error)))
        where = f"The traceback is in {file.name}"
    except OSError as reason:
        where = f"There is no place for the traceback: {reason.strerror}"
    complain(f"the judge itself failed, which says nothing about your solution: {error}\n{where}")
    return EXIT_JUDGE_FAILED
