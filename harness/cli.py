"""The command line: the list of commands, and what every command has in common: errors, exit codes, the workspace.

Exit codes: 0 all passed; 1 some check failed; 2 the call was wrong; 3 the judge itself failed, with the traceback in a file;
130 after Ctrl-C.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
from typing import Any

import click

from harness import catalog
from harness.practice.workspace import UnusableHistory
from harness.sandbox.threads import use_one_thread
from harness.screens.sentences import complain

EXIT_WRONG_CALL = 2
EXIT_JUDGE_FAILED = 3
EXIT_INTERRUPTED = 130

# name -> module of harness.commands; the order is that of `kata --help`
COMMANDS = {
    "list": "overview",
    "start": "sitting",
    "check": "check",
    "watch": "watch",
    "hint": "sitting",
    "solution": "sitting",
    "diff": "sitting",
    "bench": "check",
    "reset": "sitting",
    "status": "progress",
    "next": "progress",
    "hunt": "hunt",
    "interview": "interview",
    "report": "progress",
    "demo": "overview",
    "doctor": "overview",
    "dev": "dev",
}


class Commands(click.Group):
    """A group that imports a command only when it is asked for, and suggests the nearest name for a misspelt one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"harness.commands.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            near = difflib.get_close_matches(args[0], COMMANDS, n=2)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise click.UsageError(f"there is no command {args[0]!r}.{hint} `kata --help` shows them all.")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderGone from None  # before Click makes it exit code 1, which would mean that some check failed


class ReaderGone(Exception):
    """Whoever read our output has left: nothing more to say."""


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
        from harness.commands.overview import show_home

        show_home()


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without ✓ gets a question mark
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; every error ends here as one clear sentence."""
    use_one_thread()
    try:
        result: Any = cli.main(arguments, prog_name="kata", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return EXIT_WRONG_CALL
    except click.ClickException as error:
        complain(error.format_message())
        return error.exit_code if error.exit_code != 1 else EXIT_WRONG_CALL
    except (catalog.UnknownKata, FileExistsError, UnusableHistory) as error:
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

    with tempfile.NamedTemporaryFile("w", prefix="kata-failure-", suffix=".txt", delete=False) as file:
        file.write("".join(traceback.format_exception(error)))
    complain(f"the judge itself failed, which says nothing about your solution: {error}\nThe traceback is in {file.name}")
    return EXIT_JUDGE_FAILED
