"""`kata hunt`: one mistake planted, found and mended; nothing gives it away before, and its lesson follows."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

from harness import catalog
from harness.judge.bank import load_bank

Kata = Callable[..., subprocess.CompletedProcess[str]]

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


def test_the_hunt_is_judged_without_a_name_and_without_a_diagnosis(kata: Kata, tmp_path: Path) -> None:
    started = kata("hunt", "conv2d", "--mistake", "2")
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


def test_a_mended_hunt_tells_its_lesson_and_counts_apart(kata: Kata, tmp_path: Path) -> None:
    kata("hunt", "conv2d", "--mistake", "2")
    (tmp_path / "hunt_conv2d.py").write_text(REFERENCE, encoding="utf-8")
    checked = kata("check", "--no-timing")
    assert checked.returncode == 0
    assert "The planted mistake" in checked.stdout
    assert BANK[1].explanation.partition("\n")[0].split()[-1] in checked.stdout
    assert practices(tmp_path)[0][4]
    assert "0 of" in kata("status").stdout  # no kata counts as solved by it
    refused = kata("diff", "conv2d")
    assert refused.returncode == 2  # conv2d itself was never solved
    shown = kata("diff")
    assert shown.returncode == 0
    assert "hunt_conv2d.py" in shown.stdout


def test_a_hunt_is_named_by_its_file(kata: Kata, tmp_path: Path) -> None:
    kata("hunt", "conv2d", "--mistake", "2")
    kata("start", "relu")
    assert "relu.py" in kata("check").stdout
    checked = kata("check", "--file", "hunt_conv2d.py")
    assert "hunt_conv2d.py" in checked.stdout
    assert "The mistake" not in checked.stdout
    kata("start", "conv2d")
    assert "hunt_" not in kata("check", "conv2d").stdout


def test_a_second_hunt_archives_the_first_and_plants_something_new(kata: Kata, tmp_path: Path) -> None:
    linear = load_bank("linear")
    for _ in linear:
        assert kata("hunt", "linear").returncode == 0
    planted = [practice[3] for practice in practices(tmp_path)]
    assert sorted(filter(None, planted)) == sorted(mistake.name for mistake in linear)
    assert len(list((tmp_path / ".kata" / "archive").iterdir())) == len(linear) - 1
    assert kata("hunt", "linear").returncode == 0  # all were hunted: it begins again


def test_a_seed_draws_the_same_mistake_again(kata: Kata, tmp_path: Path) -> None:
    for _ in range(2):
        kata("hunt", "conv2d", "--seed", "5")
    first, second = practices(tmp_path)
    assert first[3] == second[3]


def test_reset_plants_the_same_mistake_again(kata: Kata, tmp_path: Path) -> None:
    kata("hunt", "conv2d", "--mistake", "2")
    before = (tmp_path / "hunt_conv2d.py").read_text(encoding="utf-8")
    (tmp_path / "hunt_conv2d.py").write_text("lost", encoding="utf-8")
    assert kata("reset").returncode == 0
    assert (tmp_path / "hunt_conv2d.py").read_text(encoding="utf-8") == before


def test_wrong_calls_are_refused(kata: Kata, tmp_path: Path) -> None:
    for arguments in (("hunt",), ("hunt", "linear", "--mistake", "99"), ("hunt", "linear", "--mistake", "1", "--seed", "1")):
        refused = kata(*arguments)
        assert refused.returncode == 2
        assert refused.stderr.startswith("kata: ")
    assert not list(tmp_path.iterdir())
