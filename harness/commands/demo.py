"""`kata demo`: the real commands on a kata in a temporary folder."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import click
from rich.text import Text

from harness import catalog
from harness.authoring.hunts import plant
from harness.commands.check import check_command
from harness.commands.histories import make_history
from harness.commands.sitting import begin
from harness.judge.bank import find_mistake
from harness.practice.workspace import Workspace
from harness.screens.console import make_console
from harness.screens.sentences import say
from harness.screens.texts import show_begun, show_statement

DEMO_KATA = "conv2d"
DEMO_MISTAKE = "batch-only-bias-gradient"


@click.command("demo")
def demo_command() -> int:
    """Show in a few seconds what kata does, in a temporary folder: a stub, a mistake and a correct solution.

    \b
    Example:
      kata demo
    """
    kata = catalog.load(DEMO_KATA)
    mistake = find_mistake(kata.module, DEMO_MISTAKE)
    with tempfile.TemporaryDirectory(prefix="kata-demo-") as folder:
        home = Path.cwd()
        os.chdir(folder)
        try:
            path = Path(folder) / kata.file_name
            _announce(f"kata start {kata.name}")
            workspace = Workspace(Path(folder))
            begin(kata, workspace, make_history(workspace))
            show_statement(make_console(), kata)
            show_begun(make_console(), kata, path)
            _announce("kata check", "the stub as it was written")
            codes = [_run(check_command, folder)]
            _announce("kata check", "with the layer written, and one mistake in the backward pass")
            path.write_text(plant([mistake]), encoding="utf-8")
            codes.append(_run(check_command, folder))
            _announce("kata check", "with the mistake fixed")
            path.write_text(kata.reference_file.read_text(encoding="utf-8"), encoding="utf-8")
            codes.append(_run(check_command, folder))
        finally:
            os.chdir(home)
    if codes != [1, 1, 0]:
        raise RuntimeError(f"the demo's checks ended with {codes}, expected [1, 1, 0]")
    say(f"\nNow you, in a folder of your own:  kata start {kata.name}")
    return 0


def _announce(command: str, remark: str = "") -> None:
    """A command as it would be typed, under a remark."""
    console = make_console()
    console.print()
    if remark:
        console.print(Text(f"# {remark}", "dim"))
    console.print(Text(f"$ {command}", "bold"))
    sys.stdout.flush()


def _run(command: click.Command, folder: str) -> int:
    code = command.main(["--workspace", folder, "--explain"], standalone_mode=False)
    sys.stdout.flush()
    return int(code)
