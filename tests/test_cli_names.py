"""Which kata and which file a command line means: by a name, by a path, by nothing at all, and by a name that is none."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import catalog

Run = Callable[..., subprocess.CompletedProcess[str]]
Open = Callable[..., Any]


def source(name: str) -> str:
    return catalog.load(name).reference_file.read_text(encoding="utf-8")


def one_line(text: str) -> str:
    return " ".join(text.split())


# no name


def test_a_bare_command_means_the_kata_touched_last(kata: Run) -> None:
    kata("start", "relu")
    kata("start", "tanh")
    assert "tanh.py" in kata("check", "--no-timing").stdout
    kata("check", "relu", "--no-timing")
    assert kata("check", "--no-timing").stdout.startswith("relu.py")
    assert kata("hint").stdout.startswith("Hint 1 of 4 for relu")
    assert kata("show").stdout.startswith("ReLU")
    kata("hint", "tanh", "--yes")
    assert kata("check", "--no-timing").stdout.startswith("tanh.py")
    assert "tanh (not solved yet)" in kata().stdout


def test_a_solution_that_was_only_checked_is_touched_too(kata: Run, tmp_path: Path) -> None:
    kata("start", "tanh")
    (tmp_path / "relu.py").write_text(source("relu"), encoding="utf-8")
    (tmp_path / "mine.py").write_text("nothing = 1\n", encoding="utf-8")
    assert kata("check", "relu", "--no-timing").returncode == 0
    assert kata("check", "--no-timing").stdout.startswith("relu.py")
    kata("check", "relu", "--file", "mine.py")
    assert kata("check", "--no-timing").stdout.startswith("mine.py")
    assert "relu has not been started here" in kata("hint").stderr


def test_a_file_elsewhere_is_not_touched(kata: Run, tmp_path: Path) -> None:
    kata("start", "tanh")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "relu.py").write_text(source("relu"), encoding="utf-8")
    assert kata("check", "old/relu.py", "--no-timing").returncode == 0
    assert kata("check", "--no-timing").stdout.startswith("tanh.py")


def test_check_all_touches_nothing(kata: Run) -> None:
    for name in ("tanh", "relu"):
        kata("start", name)
    kata("check", "--all")
    assert kata("check", "--no-timing").stdout.startswith("relu.py")


def test_a_hint_for_another_kata_asks_first(kata: Run, terminal: Open) -> None:
    kata("start", "relu")
    kata("start", "tanh")
    kata("check", "--no-timing")
    refused = kata("hint", "relu")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "you last worked on tanh.py, not on relu.py: pass --yes to go on anyway" in one_line(refused.stderr)
    screen = terminal("hint", "relu", NO_COLOR="1")
    screen.wait_for("You last worked on tanh.py, not on relu.py. Show hint 1 of 4? [y/N]:")
    screen.type("n\n")
    assert screen.finish() == 0
    assert "for relu" not in screen.text
    screen = terminal("hint", "relu", NO_COLOR="1")
    screen.wait_for("Show hint 1 of 4? [y/N]:")  # the first is still there
    screen.type("y\n")
    assert screen.finish() == 0
    assert "Hint 1 of 4 for relu" in screen.text
    assert kata("hint").stdout.startswith("Hint 2 of 4 for relu")


# a path


@pytest.mark.parametrize("path", ["relu.py", "./relu.py", "sub/../relu.py"])
def test_a_path_means_that_file(kata: Run, tmp_path: Path, path: str) -> None:
    (tmp_path / "sub").mkdir()
    kata("start", "relu")
    done = kata("check", path, "--no-timing")
    assert done.returncode == 1
    assert done.stdout.startswith("relu.py")


def test_the_file_of_a_hunt_means_the_hunt(kata: Run, tmp_path: Path) -> None:
    kata("hunt", "--yes", "relu", "--mistake", "1")
    kata("start", "relu")
    for path in ("hunt_relu.py", "./hunt_relu.py", "hunt_relu", "hunt-relu"):
        checked = kata("check", path, "--no-timing").stdout
        assert checked.startswith("hunt_relu.py")
        assert "find the planted mistake" in one_line(checked)
    assert kata("check", "--no-timing").stdout.startswith("hunt_relu.py")
    assert "hunt_relu.py is as it was at the start" in kata("reset", "hunt_relu.py").stdout


def test_a_file_name_is_found_in_the_workspace_from_below(kata: Run, tmp_path: Path) -> None:
    kata("start", "relu")
    (tmp_path / "below").mkdir()
    assert kata("check", "relu.py", "--no-timing", folder=tmp_path / "below").stdout.startswith("../relu.py")


def test_a_path_here_comes_before_the_workspace(kata: Run, tmp_path: Path) -> None:
    kata("start", "relu")
    below = tmp_path / "below"
    below.mkdir()
    (below / "relu.py").write_text(source("relu"), encoding="utf-8")
    assert kata("check", "relu.py", "--no-timing", folder=below).returncode == 0
    assert kata("check", "relu", "--no-timing", folder=below).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "relu.py"), "there is no relu.py: `kata start relu` writes it"),
        (("check", "./mine.py"), "mine.py could be a solution of any kata: name it, as in `kata check NAME --file mine.py`"),
        (("check", "./relu.py", "--file", "tanh.py"), "two files are named, relu.py and tanh.py: name one"),
        (("check", "hunt_relu"), "there is no hunt_relu.py: `kata hunt relu` writes it"),
        (("check", "hunt_rel"), "there is no kata called 'rel': did you mean relu?"),
        (("hint", "./relu.py"), "relu has not been started here"),
    ],
)
def test_a_path_that_means_nothing_is_one_sentence(kata: Run, arguments: tuple[str, ...], says: str) -> None:
    done = kata(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in one_line(done.stderr)


def test_reset_leaves_files_elsewhere_alone(kata: Run, tmp_path: Path) -> None:
    kata("start", "relu")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "relu.py").write_text("mine")
    assert "is not in the workspace" in one_line(kata("reset", "old/relu.py").stderr)
    assert (tmp_path / "old" / "relu.py").read_text() == "mine"


# a name that is none


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("conv", "conv2d"),
        ("con2d", "conv2d"),
        ("mha", "multi-head-attention"),
        ("layer-norm", "layernorm"),
        ("crossentropy", "cross-entropy"),
        ("ce", "cross-entropy"),
        ("pool", "avgpool or maxpool"),
        ("self_attention", "attention or multi-head-attention"),
        ("attn", "attention or multi-head-attention"),
        ("mlp", "two-layer-net or fully-connected-net"),
        ("dense", "linear or affine"),
        ("max-pool-2d", "maxpool"),
        ("embeding", "embedding"),
    ],
)
def test_the_nearest_names_are_suggested(kata: Run, typed: str, meant: str) -> None:
    done = kata("start", typed)
    assert done.returncode == 2
    assert done.stderr == f"kata: there is no kata called {typed!r}: did you mean {meant}?\n"


@pytest.mark.parametrize("typed", ["xyzzy", "a", "flatulence-of-tensors"])
def test_a_name_like_no_other_gets_no_suggestion(typed: str) -> None:
    assert catalog.nearest(typed) in ((), ("flatten",))


def test_every_other_name_means_katas_that_there_are() -> None:
    names = catalog.all_names()
    for other, meant in catalog.OTHER_NAMES.items():
        assert set(meant) <= set(names), other
        assert other not in names
        assert list(catalog.nearest(other)) == list(meant)[:3], other


def test_a_kata_in_place_of_a_command_gets_the_command(kata: Run) -> None:
    for typed in ("linear", "linear.py"):
        assert "It is a kata: `kata start linear` starts it" in one_line(kata(typed).stderr)
    assert "Did you mean a kata? Try `kata start conv2d`." in one_line(kata("conv").stderr)
    assert "there is no command 'xyzzy'. `kata --help` shows them all." in one_line(kata("xyzzy").stderr)
