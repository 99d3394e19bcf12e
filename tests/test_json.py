"""`--json`: one object a command, with a schema, the state that the screens show, and every field in `docs/json.md`."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from synthetic import practise_for_months

from harness import catalog
from harness.authoring.hunts import plant
from harness.judge.bank import load_bank

Run = Callable[..., subprocess.CompletedProcess[str]]

DOCS = (Path(__file__).parents[1] / "docs" / "json.md").read_text(encoding="utf-8")
FREE_KEYS = {"points"}
"""Fields whose keys are data: the names of a kata's groups."""


def parsed(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The one object that a command printed."""
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    value: dict[str, Any] = json.loads(done.stdout)
    assert value["schema"] == 1
    return value


def fields(value: Any) -> Iterator[str]:
    """The names of all fields in an object, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from () if name in FREE_KEYS else fields(inner)
    elif isinstance(value, list):
        for one in value:
            yield from fields(one)


def documented(command: str) -> set[str]:
    """What the section of a command, or one that it refers to, names in backticks."""
    section = DOCS.split(f"\n## {command}\n")[1].split("\n## ")[0]
    return set(re.findall(r"`([a-z_]+)`", section)) | {"schema"}


def by_name(value: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["kata"]: one for one in value["katas"]}


def test_before_anything_was_started_there_are_objects_too(kata: Run, tmp_path: Path) -> None:
    assert set(by_name(parsed(kata("list", "--json")))) == set(catalog.all_names())
    status = parsed(kata("status", "--json"))
    assert (status["solved"], status["total"], status["due"]) == (0, len(catalog.all_names()), 0)
    assert {one["state"] for one in status["katas"]} == {"new"}
    assert parsed(kata("next", "--json"))["suggestions"][0]["kind"] == "new"
    assert parsed(kata("report", "--json")) == {"schema": 1, "katas": [], "hunts": [], "interviews": []}
    assert list(tmp_path.iterdir()) == []


def test_they_say_what_was_done(kata: Run, tmp_path: Path) -> None:
    relu = catalog.load("relu")
    kata("start", "relu")
    kata("hint")
    (tmp_path / "relu.py").write_text(plant(load_bank("relu")[:1]), encoding="utf-8")
    kata("check", "--no-timing")
    (tmp_path / "relu.py").write_text(relu.reference_file.read_text(encoding="utf-8"), encoding="utf-8")
    kata("check", "--no-timing")
    kata("start", "tanh")
    one = by_name(parsed(kata("list", "--json", "--topic", "activations")))
    assert {entry["topic"] for entry in one.values()} == {"activations"}
    assert (one["relu"]["state"], one["relu"]["best_score"]) == ("solved", 100)
    assert (one["tanh"]["state"], one["tanh"]["best_score"]) == ("started", None)
    assert one["relu"]["points"] == relu.points
    status = parsed(kata("status", "--json"))
    assert status["solved"] == 1
    assert by_name(status)["relu"]["attempts"] == 2
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", by_name(status)["relu"]["due"])
    assert status["mistakes"][0]["mistake"] == load_bank("relu")[0].name
    first = parsed(kata("next", "--json"))["suggestions"][0]
    assert (first["kata"], first["kind"]) == ("tanh", "begun")
    [sitting] = by_name(parsed(kata("report", "--json")))["relu"]["sittings"]
    assert [attempt["passed"] for attempt in sitting["attempts"]] == [False, True]
    assert (sitting["hints"], sitting["rating"]) == (1, "good")
    assert sitting["attempts"][1]["at"] == sitting["solved_at"]


def test_an_interview_is_told_while_it_runs(kata: Run) -> None:
    assert kata("interview", "status", "--json").returncode == 2
    kata("interview", "--seed", "3", "--minutes", "45")
    told = parsed(kata("interview", "status", "--json"))
    assert (told["minutes"], told["seed"], told["topic"]) == (45, 3, None)
    assert 2600 < told["seconds_left"] <= 2700
    assert [one["best_score"] for one in told["katas"]] == [None] * 3


def test_a_hunt_keeps_its_secret_until_it_is_solved(kata: Run, tmp_path: Path) -> None:
    planted = load_bank("relu")[0].name
    kata("hunt", "relu", "--mistake", "1", "--yes")
    assert planted not in kata("report", "--json").stdout
    source = catalog.load("relu").reference_file.read_text(encoding="utf-8")
    (tmp_path / "hunt_relu.py").write_text(source, encoding="utf-8")
    kata("check", "--no-timing")
    assert parsed(kata("report", "--json"))["hunts"][0]["planted"] == [planted]


@pytest.mark.parametrize("arguments", [("report", "--open"), ("next", "--start")])
def test_data_and_a_screen_exclude_each_other(kata: Run, arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = kata(*arguments, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "use only one of them" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_field_is_documented(kata: Run, tmp_path: Path) -> None:
    practise_for_months(tmp_path, 1_700_000_000.0).history.close()
    kata("interview", "--seed", "3", "--minutes", "45")
    kata("start", "relu")
    (tmp_path / "relu.py").write_text(plant(load_bank("relu")[:1]), encoding="utf-8")
    for command in ("check", "list", "status", "next", "report", "interview status"):
        names = set(fields(parsed(kata(*command.split(), "--json"))))
        assert names - documented(f"kata {command}") == set(), command
    for command in ("check", "list", "status", "next", "report", "interview status"):
        assert f"`kata {command} --json`" in DOCS
