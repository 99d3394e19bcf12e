"""What a learner finds without reading anything: `--help` of every command, `kata` alone, and the shell's completion."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from conftest import environment

from harness import catalog
from harness.cli import COMMANDS, cli, run

Kata = Callable[..., subprocess.CompletedProcess[str]]


def all_commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command of the program with the words that call it, groups and what is in them included."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from all_commands(command, (*path, name))


EVERY = dict(all_commands(cli))


def test_all_commands_are_there() -> None:
    assert {path[0] for path in EVERY} == set(COMMANDS)
    assert {("interview", "status"), ("interview", "end"), ("dev", "new"), ("dev", "check")} <= set(EVERY)


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_help_ends_with_an_example_of_the_command(path: tuple[str, ...]) -> None:
    command = EVERY[path]
    assert command.help is not None
    text, _, example = command.help.partition("Example:\n")
    assert len(text.strip()) > 20
    lines = [line.strip() for line in example.strip().splitlines()]
    assert lines
    assert all(line.startswith("kata ") for line in lines)
    assert lines[0].startswith(" ".join(("kata", *path)))


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_the_examples_can_be_typed_as_they_stand(
    path: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("history.json").touch()  # what `kata import` gets
    _, _, example = (EVERY[path].help or "").partition("Example:\n")
    for line in example.strip().splitlines():
        words = shlex.split(line, comments=True)[1:]
        context = click.Context(cli, info_name="kata")
        group: click.Command = cli
        while isinstance(group, click.Group) and words and not words[0].startswith("-"):
            found = group.get_command(context, words[0])
            if found is None:
                break
            group, words = found, words[1:]
        group.make_context(group.name, words, parent=context)  # raises where an option or an argument does not exist


def test_the_help_of_the_whole_names_every_command(kata: Kata) -> None:
    shown = kata("--help", columns=80)
    assert shown.returncode == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", shown.stdout, re.MULTILINE), name
    for path in EVERY:
        assert kata(*path, "--help").stdout.count("Example:") == 1


def test_the_help_of_the_whole_says_each_command_in_one_whole_line(kata: Kata) -> None:
    lines = kata("--help", columns=80).stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [[name, line] for name, (_, line) in COMMANDS.items()]
    for group in ("dev", "interview"):
        assert "..." not in kata(group, "--help", columns=80).stdout.partition("Commands:\n")[2]


LAZY = """
import sys
from harness.cli import run

assert run(sys.argv[1:]) == 0
print(*sorted(name for name in sys.modules if name.startswith("harness.commands.")))
"""


@pytest.mark.parametrize(("command", "imported"), [("", ""), ("list", "histories overview parameters")])
def test_a_command_is_imported_only_when_it_is_asked_for(command: str, imported: str) -> None:
    program = [sys.executable, "-c", LAZY, *command.split(), "--help"]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].split() == [f"harness.commands.{name}" for name in imported.split()]


def test_kata_alone_shows_where_you_are_and_three_commands(kata: Kata, tmp_path: Path) -> None:
    def commands() -> list[str]:
        shown = kata()
        assert shown.returncode == 0
        return re.findall(r"^  (kata .*?)  ", shown.stdout, re.MULTILINE)

    assert commands() == ["kata demo", "kata list", "kata start linear"]
    kata("start", "linear")
    assert "linear (not solved yet)" in kata().stdout
    assert commands() == ["kata check", "kata hint", "kata next"]
    (tmp_path / "linear.py").write_text(catalog.find("linear").reference_file.read_text(encoding="utf-8"), encoding="utf-8")
    kata("check", "--no-timing")
    assert "1 of" in kata().stdout
    assert commands() == ["kata check", "kata diff", "kata next"]
    kata("hunt", "--yes", "linear")
    assert "a bug hunt in linear (not solved yet)" in kata().stdout
    assert commands() == ["kata check", "kata hint", "kata next"]
    kata("interview")
    assert "An interview is running" in kata().stdout
    assert commands() == ["kata check", "kata interview status", "kata interview end"]


# completion: each shell loads what `kata` prints for it and is asked what Tab would give

SCRIPTS = sysconfig.get_path("scripts")
BASH = """
eval "$(_KATA_COMPLETE=bash_source kata)"
COMP_WORDS=({words}) COMP_CWORD={last}
{function} kata
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
autoload -U compinit && compinit -u -D
eval "$(_KATA_COMPLETE=zsh_source kata)"
words=({words}) CURRENT=$(({last} + 1))
compadd() {{ print -l -- "${{(@P)@[-1]}}" }}
_describe() {{ for one in "${{(@P)3}}"; do print -- "${{one%%:*}}"; done }}
_kata_completion
"""
FISH = """
_KATA_COMPLETE=fish_source kata | source
complete --do-complete "kata {typed}" | string replace -r '\\t.*' ''
"""


def completions(shell: str, typed: str, folder: Path) -> list[str]:
    """What the shell offers after `kata TYPED`."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    words = ["kata", *typed.split(" ")]
    quoted = " ".join(f"'{word}'" for word in words)
    script = {"bash": BASH, "zsh": ZSH, "fish": FISH}[shell].format(
        words=quoted, last=len(words) - 1, typed=typed, function="_kata_completion"
    )
    env = environment(80, PATH=f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}", HOME=str(folder))
    result = subprocess.run(
        [shell, *(["--norc"] if shell == "bash" else ["-f"] if shell == "zsh" else ["--no-config"]), "-c", script],
        cwd=folder, env=env, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert result.stderr == ""
    return result.stdout.split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands_katas_and_options(shell: str, tmp_path: Path) -> None:
    assert set(completions(shell, "st", tmp_path)) == {"start", "status"}
    assert "conv2d" in completions(shell, "start co", tmp_path)
    assert completions(shell, "hunt batchnorm", tmp_path) == ["batchnorm", "batchnorm1d"]
    assert completions(shell, "check two_l", tmp_path) == ["two-layer-net"]
    assert completions(shell, "interview e", tmp_path) == ["end"]
    assert "--seed" in completions(shell, "check --", tmp_path)
    completions(shell, "nonsense ", tmp_path)  # whatever it offers, it must not complain in the middle of a line


@pytest.mark.parametrize(
    "call",
    [
        "check relu --timeout nan",
        "check relu --timeout inf",
        "check relu --seed 9223372036854775808",
        "check --all --seed -1",
        "watch relu --seed 9223372036854775808",
        "bench relu --seconds nan",
        "interview --seed 9223372036854775808",
        "hunt relu --seed 9223372036854775808",
    ],
)
def test_number_that_nothing_can_be_done_with_is_refused_before_anything_is_written(
    call: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "relu.py").write_text("")
    assert run([*call.split(), "--workspace", str(tmp_path)]) == 2
    assert call.split()[-1] in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["relu.py"]
