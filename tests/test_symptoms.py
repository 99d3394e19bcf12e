"""Hunts by symptoms: the loss of a training run, beside that of a correct solution, and no word on any check."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Terminal

from harness import catalog
from harness.authoring.hunts import make_solved
from harness.authoring.training import expected_losses, shows_in_training
from harness.judge.bank import find_mistake, load_bank
from harness.judge.collect import collect_checks
from harness.judge.session import Options, judge
from harness.judge.verdict import Symptoms
from harness.screens.symptoms_screen import sentences

Run = Callable[..., subprocess.CompletedProcess[str]]
Open = Callable[..., Terminal]

LINEAR = catalog.find("linear")
EXPECTED = expected_losses(LINEAR)


@pytest.fixture
def hunted(kata: Run, tmp_path: Path) -> Path:
    """The file of a hunt by symptoms in linear."""
    number = 1 + [mistake.name for mistake in load_bank("linear")].index("averaged-gradients")
    started = kata("hunt", "linear", "--symptoms", "--mistake", str(number), "--yes")
    assert started.returncode == 0, started.stderr
    return tmp_path / "hunt_linear.py"


def test_the_verdict_shows_the_loss_and_no_check(kata: Run, hunted: Path) -> None:
    shown = kata("check")
    assert shown.returncode == 1
    assert "hunt_linear.py · Linear layer · by symptoms" in shown.stdout
    assert "●" in shown.stdout
    assert "that of a correct solution ends at 0.0000" in shown.stdout
    verdict = json.loads(kata("check", "--json").stdout)
    assert len(verdict["symptoms"]["losses"]) == len(verdict["symptoms"]["expected"]) == len(EXPECTED)
    checks = [check for group in verdict["groups"] for check in group["checks"]]
    assert {(check["name"], check["title"], check["message"]) for check in checks} == {("", "", "")}
    for check in collect_checks(LINEAR):
        assert check.title not in " ".join(shown.stdout.split())


def test_commands_that_would_name_a_check_are_refused(kata: Run, hunted: Path) -> None:
    for command in (("check", "--only", "bias"), ("debug",)):
        refused = kata(*command)
        assert refused.returncode == 2
        assert "this hunt is by symptoms" in refused.stderr


def test_watch_names_no_check_either(hunted: Path, terminal: Open) -> None:
    screen = terminal("watch", NO_COLOR="1")
    screen.wait_for("check 1 ")
    screen.type("n")
    screen.wait_for("This hunt is by symptoms")
    screen.type("q")
    assert screen.finish() == 0


def test_once_all_pass_the_verdict_is_as_ever(kata: Run, hunted: Path) -> None:
    hunted.write_text(make_solved(LINEAR, 1), encoding="utf-8")
    checked = kata("check", "--no-timing")
    assert checked.returncode == 0
    assert "The planted mistake" in checked.stdout
    assert "by symptoms" not in checked.stdout


def test_a_kata_without_a_training_run_has_no_symptoms(kata: Run, tmp_path: Path) -> None:
    refused = kata("hunt", "bpe", "--symptoms", "--yes")
    assert refused.returncode == 2
    assert "bpe has nothing to train" in refused.stderr
    assert not list(tmp_path.iterdir())


def test_only_mistakes_that_the_loss_shows_are_planted() -> None:
    shown, hidden = (find_mistake("conv2d", name) for name in ("flipped-kernel", "shared-cache"))
    assert shows_in_training([shown], catalog.find("conv2d"))
    assert not shows_in_training([hidden], catalog.find("conv2d"))


@pytest.mark.parametrize(
    ("training", "stopped", "steps"),
    [
        ("", "train", 0),
        ("def train():\n    yield 1.0\n    raise ValueError('too large')\n", "raise ValueError", 1),
        ("def train():\n    yield 1.0\n    yield 'two'\n", "train() yielded str, expected a float", 1),
        ("train = 3\n", "train", 0),
        ("def train():\n    yield 1.0\n    yield float('nan')\n", "", 2),
    ],
    ids=["gone", "raises", "gives a text", "is no function", "gives NaN"],
)
def test_whatever_has_become_of_the_training_run_is_told(tmp_path: Path, training: str, stopped: str, steps: int) -> None:
    file = tmp_path / "hunt_linear.py"
    source = LINEAR.reference_file.read_text(encoding="utf-8").replace("d_out.sum(axis=0)", "d_out.mean(axis=0)")
    file.write_text(f"{source}\n\n{training}", encoding="utf-8")
    options = Options(timing=False, diagnosis=False, expected_losses=EXPECTED)
    symptoms = judge(LINEAR, file, file.name, options).symptoms
    assert symptoms is not None
    assert stopped in symptoms.stopped
    assert bool(stopped) == bool(symptoms.stopped)
    assert len(symptoms.losses) == steps


@pytest.mark.parametrize(
    ("losses", "says"),
    [
        ((4.0, 2.0), "The loss starts at 4.0000; that of a correct solution starts at 3.0000."),
        ((3.0, 2.5), "From step 1 on it differs from the loss of a correct solution."),
        ((3.0, 1.0), "Every loss is that of a correct solution, and still some checks fail."),
        ((3.0, float("nan")), "From step 1 on the loss is no finite number."),
    ],
)
def test_the_failing_behaviour_is_told_in_words(losses: tuple[float, ...], says: str) -> None:
    assert says in list(sentences(Symptoms(losses, (3.0, 1.0))))
