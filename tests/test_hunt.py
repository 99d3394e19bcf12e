"""`kata hunt`: one mistake planted, found and mended; nothing gives it away before, and its lesson follows."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import catalog
from harness.authoring.hunts import hunting_hints, make_solved, planted_in
from harness.authoring.training import losses_of, training_of
from harness.catalog import Kata
from harness.judge.bank import load_bank

Run = Callable[..., subprocess.CompletedProcess[str]]
Open = Callable[..., Any]

CONV = catalog.find("conv2d")
BANK = load_bank(CONV.module)
REFERENCE = CONV.reference_file.read_text(encoding="utf-8")


def practices(folder: Path) -> list[tuple[str, str, str, str | None, bool]]:
    """Kind, kata, file, planted and whether solved, of each practice."""
    database = sqlite3.connect(folder / ".kata" / "history.db")
    try:
        rows = database.execute("SELECT kind, kata, file, planted, solved_at IS NOT NULL FROM practice ORDER BY id")
        return [(*row[:4], bool(row[4])) for row in rows]
    finally:
        database.close()


def test_the_hunt_is_judged_without_a_name_and_without_a_diagnosis(kata: Run, tmp_path: Path) -> None:
    started = kata("hunt", "--yes", "conv2d", "--mistake", "2")
    assert started.returncode == 0, started.stderr
    checked = kata("check")
    assert checked.returncode == 1
    assert "hunt_conv2d.py" in checked.stdout
    verdict = json.loads(kata("check", "--json").stdout)
    assert verdict["kata"] == "conv2d"
    assert 0 < verdict["score"] < 100
    checks = [check for group in verdict["groups"] for check in group["checks"]]
    assert any(check["message"] for check in checks)
    assert not any(check["diagnosis"] for check in checks)
    told = started.stdout + checked.stdout + (tmp_path / "hunt_conv2d.py").read_text(encoding="utf-8")
    for word in (BANK[1].name, BANK[1].explanation.partition("\n")[0], "The mistake", "numbers tell"):
        assert word not in told
    assert practices(tmp_path) == [("hunt", "conv2d", "hunt_conv2d.py", BANK[1].name, False)]


def test_a_mended_hunt_tells_its_lesson_and_counts_apart(kata: Run, tmp_path: Path) -> None:
    kata("hunt", "--yes", "conv2d", "--mistake", "2")
    (tmp_path / "hunt_conv2d.py").write_text(REFERENCE, encoding="utf-8")
    checked = kata("check", "--no-timing")
    assert checked.returncode == 0
    assert "The planted mistake" in checked.stdout
    assert BANK[1].explanation.partition("\n")[0].split()[-1] in checked.stdout
    assert practices(tmp_path)[0][4]
    assert "0 of" in kata("status").stdout  # no kata counts as solved by it
    refused = kata("diff", "conv2d")
    assert refused.returncode == 2  # conv2d itself was never solved
    (tmp_path / "hunt_conv2d.py").write_text(
        make_solved(CONV, 1).replace("d_bias = d_flat", "d_bias  = d_flat"), encoding="utf-8"
    )
    shown = kata("diff", columns=80)
    assert shown.returncode == 0
    assert "hunt_conv2d.py" in shown.stdout
    changed = [line for line in shown.stdout.splitlines() if line.startswith(("+ ", "- "))]
    assert changed
    assert all("d_bias" in line for line in changed)


def test_a_hunt_is_named_by_its_file(kata: Run, tmp_path: Path) -> None:
    kata("hunt", "--yes", "conv2d", "--mistake", "2")
    kata("start", "relu")
    assert "relu.py" in kata("check").stdout
    checked = kata("check", "--file", "hunt_conv2d.py")
    assert "hunt_conv2d.py" in checked.stdout
    assert "The mistake" not in checked.stdout
    kata("start", "conv2d")
    assert "hunt_" not in kata("check", "conv2d").stdout


def test_a_second_hunt_archives_the_first_and_plants_something_new(kata: Run, tmp_path: Path) -> None:
    linear = load_bank("linear")
    for _ in linear:
        assert kata("hunt", "--yes", "linear").returncode == 0
    planted = [practice[3] for practice in practices(tmp_path)]
    assert sorted(filter(None, planted)) == sorted(mistake.name for mistake in linear)
    assert len(list((tmp_path / ".kata" / "archive").iterdir())) == len(linear) - 1
    assert kata("hunt", "--yes", "linear").returncode == 0  # all were hunted: it begins again


def test_a_seed_draws_the_same_mistake_again(kata: Run, tmp_path: Path) -> None:
    for _ in range(2):
        kata("hunt", "--yes", "conv2d", "--seed", "5")
    first, second = practices(tmp_path)
    assert first[3] == second[3]


def test_reset_plants_the_same_mistake_again(kata: Run, tmp_path: Path) -> None:
    kata("hunt", "--yes", "conv2d", "--mistake", "2")
    before = (tmp_path / "hunt_conv2d.py").read_text(encoding="utf-8")
    (tmp_path / "hunt_conv2d.py").write_text("lost", encoding="utf-8")
    assert kata("reset").returncode == 0
    assert (tmp_path / "hunt_conv2d.py").read_text(encoding="utf-8") == before


def test_wrong_calls_are_refused(kata: Run, tmp_path: Path) -> None:
    for arguments in (("hunt",), ("hunt", "linear", "--mistake", "99"), ("hunt", "linear", "--mistake", "1", "--seed", "1")):
        refused = kata(*arguments)
        assert refused.returncode == 2
        assert refused.stderr.startswith("kata: ")
    assert not list(tmp_path.iterdir())


def test_a_hunt_in_an_unsolved_kata_asks_first(kata: Run, terminal: Open, tmp_path: Path) -> None:
    refused = kata("hunt", "linear")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "you have not solved linear yet: pass --yes" in " ".join(refused.stderr.split())
    screen = terminal("hunt", "linear", NO_COLOR="1")
    screen.wait_for("A hunt shows most of our solution, and you have not solved linear yet. Go on? [y/N]:")
    screen.type("n\n")
    assert screen.finish() == 0
    assert not (tmp_path / "hunt_linear.py").exists()
    screen = terminal("hunt", "linear")
    screen.wait_for("[y/N]:")
    screen.type("y\n")
    assert screen.finish() == 0
    assert (tmp_path / "hunt_linear.py").exists()
    assert kata("hunt", "linear").returncode == 0  # now it is no secret


def test_a_hunt_in_a_solved_kata_does_not_ask(kata: Run, tmp_path: Path) -> None:
    relu = catalog.find("relu")
    kata("start", "relu")
    (tmp_path / "relu.py").write_text(relu.reference_file.read_text(encoding="utf-8"), encoding="utf-8")
    assert kata("check", "--no-timing").returncode == 0
    assert kata("hunt", "relu").returncode == 0


def test_hints_of_a_hunt_speak_of_debugging_and_end_with_the_place(kata: Run) -> None:
    kata("hunt", "conv2d", "--mistake", "2", "--yes")
    assert "kata hint shows hint 1 of 5" in " ".join(kata("check").stdout.split())
    hints = [" ".join(kata("hint").stdout.split()) for _ in range(5)]
    for hint, says in zip(hints, ("symptom", "smallest input", "gradient at a time", "prediction", "Conv2d."), strict=True):
        assert "of 5 for a bug hunt in conv2d" in hint
        assert says in hint
    assert hints[4].startswith("Hint 5 of 5 for a bug hunt in conv2d The mistake is in")
    for own in CONV.hints:
        assert not any(" ".join(own.text.replace("`", "").split())[:40] in shown for shown in hints)


def test_hints_of_a_kata_without_gradients_ask_for_none() -> None:
    sampling = catalog.find("step")
    hints = hunting_hints(sampling, load_bank(sampling.module)[:1])
    assert "plain loops" in hints[2]
    assert "backward" not in "".join(hints)


def test_the_place_of_every_mistake_is_known() -> None:
    for one in ("conv2d", "adam", "softmax", "two-layer-net"):
        module = catalog.find(one).module
        source = catalog.find(one).reference_file.read_text(encoding="utf-8")
        for mistake in load_bank(module):
            places = planted_in([mistake])
            assert places, mistake.name
            assert any(place.rpartition(".")[2] in source for place in places)


TRAINED = [kata for kata in catalog.all_katas() if training_of(kata)]


def test_networks_layers_losses_and_optimisers_train_in_their_hunts() -> None:
    names = {kata.name for kata in TRAINED}
    assert {"gpt", "transformer-block", "fully-connected-net", "two-layer-net"} <= names
    assert {"conv2d", "embedding", "cross-entropy", "adam"} <= names
    assert names.isdisjoint({"bpe", "sampling", "causal-mask", "batches"})


@pytest.mark.parametrize("trained", TRAINED, ids=lambda kata: kata.name)
def test_a_correct_solution_trains(trained: Kata) -> None:
    losses = losses_of(make_solved(trained, 1), trained.name)
    assert len(losses) >= 100
    assert losses[-1] < losses[0] - 0.2
    assert not any(line.endswith(" ") or len(line) > 125 for line in make_solved(trained, 1).splitlines())


def test_the_file_of_a_hunt_trains_as_a_script(kata: Run, tmp_path: Path) -> None:
    kata("hunt", "--yes", "linear", "--mistake", "1")
    trained = subprocess.run(
        [sys.executable, "hunt_linear.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert trained.returncode == 0, trained.stderr
    assert trained.stdout.startswith("step   0   loss ")
    assert "python hunt_linear.py" in (tmp_path / "hunt_linear.py").read_text(encoding="utf-8")


def test_the_first_hunt_shows_how_to_hunt(kata: Run) -> None:
    first = kata("hunt", "--yes", "linear", "--mistake", "1").stdout
    for step in ("Symptom.", "Smallest input.", "Gradient check", "Hypothesis.", "One change."):
        assert first.count(step) == 1
    assert "Symptom." not in kata("hunt", "linear", "--mistake", "2").stdout
    assert "Symptom." in kata("show", "--hunting").stdout
