"""Staged interviews: one file, follow-ups that are released when a stage passes, a question at the end of each."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Terminal

from harness import catalog
from harness.catalog import Kata
from harness.judge.bank import load_reference, names_in, public_names
from harness.judge.chain import checks_of
from harness.judge.replay import run_check
from harness.judge.verdict import Outcome
from harness.sandbox.local import LocalBackend

Run = Callable[..., subprocess.CompletedProcess[str]]
Open = Callable[..., Terminal]

ATTENTION = catalog.find("attention")
CHAINS = catalog.staged_katas()
MASKLESS = """
import math

import numpy as np


class ScaledDotProductAttention:
    def forward(self, q, k, v):
        if q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
            raise ValueError(f"q, k and v have shapes {q.shape}, {k.shape}, {v.shape}")
        scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        self._saved = q, k, v, e / e.sum(axis=-1, keepdims=True)
        return self._saved[3] @ v

    def backward(self, d_out):
        q, k, v, w = self._saved
        d_w = d_out @ v.swapaxes(-1, -2)
        d_s = w * (d_w - (d_w * w).sum(axis=-1, keepdims=True)) / math.sqrt(q.shape[-1])
        return d_s @ k, d_s.swapaxes(-1, -2) @ q, w.swapaxes(-1, -2) @ d_out
"""


def reference(*names: str) -> str:
    """One file with the references of several katas."""
    sources = [catalog.find(name).reference_file.read_text(encoding="utf-8") for name in names]
    return "\n\n".join(source.replace("from __future__ import annotations\n", "") for source in sources)


def failing(names: dict[str, Any], chain: Kata, stages: int) -> list[str]:
    """The checks of the first stages that fail."""
    backend = LocalBackend(names)
    checks = [check for group in checks_of(chain.stages[:stages]) for check in group]
    return [check.name for check in checks if run_check(check, backend, "file", 0).outcome is not Outcome.PASSED]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)
def test_one_file_can_pass_every_stage(chain: Kata) -> None:
    names: dict[str, Any] = {}
    for stage in chain.stages:
        for name, value in public_names(load_reference(catalog.find(stage.kata).module)).items():
            known = names.get(name, value)
            names[name] = value if known is value else type(name, (value, known), {})  # a class that has grown
    assert all(checks_of(chain.stages))
    assert failing(names, chain, len(chain.stages)) == []


def test_these_staged_interviews_there_are() -> None:
    titles = {chain.name: [stage.title for stage in chain.stages] for chain in CHAINS}
    assert titles == {
        "softmax": ["Softmax", "Streaming log-sum-exp"],
        "conv2d": ["Convolution", "Stride and padding", "Groups"],
        "attention": ["Attention", "Masks", "Causal", "Key-value cache", "Grouped queries"],
        "gpt": ["Bug hunt", "Key-value cache", "Classifier head"],
    }


def test_a_first_stage_may_be_a_hunt(kata: Run, tmp_path: Path) -> None:
    began = kata("interview", "--staged", "--kata", "gpt", "--seed", "2")
    assert began.returncode == 0, began.stderr
    file = tmp_path / "hunt_gpt.py"
    assert "4 mistakes are planted" in file.read_text(encoding="utf-8")
    file.write_text(catalog.find("gpt").reference_file.read_text(encoding="utf-8"), encoding="utf-8")
    assert kata("check").returncode == 0
    released = kata("interview", "answer", "3").stdout
    assert "Stage 2 of 3 · Key-value cache" in released
    assert "hunt_gpt.py" in released


def test_a_first_stage_asks_for_nothing_that_comes_later() -> None:
    assert failing(names_in(MASKLESS, "maskless"), ATTENTION, 1) == []
    assert failing(names_in(MASKLESS, "maskless"), ATTENTION, 2) != []


def test_what_two_stages_share_belongs_to_the_first() -> None:
    first, second, *_ = checks_of(ATTENTION.stages)
    assert not {check.name for check in first} & {check.name for check in second}
    assert len(first) + len(second) == ATTENTION.checks


@pytest.fixture
def begun(kata: Run, tmp_path: Path) -> Path:
    """The file of a staged interview that has just begun."""
    began = kata("interview", "--staged", "--kata", "attention", "--seed", "3")
    assert began.returncode == 0, began.stderr
    assert "Stage 1 of 5 · Attention" in began.stdout
    assert "mask" not in began.stdout
    file = tmp_path / "attention.py"
    assert "mask" not in file.read_text(encoding="utf-8")
    return file


def test_a_passed_stage_asks_and_the_answer_releases_the_next(kata: Run, begun: Path) -> None:
    early = kata("interview", "answer", "1")
    assert early.returncode == 2
    assert "once all checks of this stage pass" in early.stderr
    failed = kata("check")
    assert failed.returncode == 1
    assert "stage 1" in failed.stdout
    assert "Before you go on" not in failed.stdout
    begun.write_text(MASKLESS, encoding="utf-8")
    passed = kata("check")
    assert passed.returncode == 0
    assert "Before you go on" in passed.stdout
    assert kata("interview", "answer", "5").returncode == 2
    released = kata("interview", "answer", "2").stdout
    assert "Stage 2 of 5 · Masks" in released
    assert "may be attended" in released
    verdict = json.loads(kata("check", "--json").stdout)
    assert [(group["name"], group["earned"]) for group in verdict["groups"]] == [("stage 1", 50), ("stage 2", 0)]
    assert not any(
        check["message"] for group in verdict["groups"] for check in group["checks"] if check["outcome"] == "failed"
    )
    status = kata("interview", "status")
    assert "stage 1 of 5: Attention, passed at 0:" in status.stdout
    assert "stage 2 of 5: Masks, not passed yet" in status.stdout
    assert json.loads(kata("interview", "status", "--json").stdout)["chain"] == "attention"


def test_earlier_checks_still_count(kata: Run, begun: Path) -> None:
    begun.write_text(reference("attention"), encoding="utf-8")
    for choice in ("1", "3"):
        assert kata("check").returncode == 0
        assert kata("interview", "answer", choice).returncode == 0
    broken = MASKLESS.replace("math.sqrt(q.shape[-1])", "q.shape[-1]")
    begun.write_text(broken + reference("causal-mask"), encoding="utf-8")
    groups = json.loads(kata("check", "--json").stdout)["groups"]
    assert [group["earned"] == group["points"] for group in groups] == [False, False, True]


def test_the_scorecard_grades_stages_and_answers(kata: Run, begun: Path, tmp_path: Path) -> None:
    begun.write_text(reference("attention"), encoding="utf-8")
    for choice in ("1", "3"):
        assert kata("check").returncode == 0
        assert kata("interview", "answer", choice).returncode == 0
    ended = kata("interview", "end", "--yes")
    text = " ".join(ended.stdout.split())
    assert "2 of 5 stages passed, 40 of 100 points, 1 of 2 questions right" in text
    assert "You: both with T" in text
    assert "Right: both with T²" in text
    assert "kata start causal-mask --again" in text
    assert "kata start gqa" not in text
    (page,) = (tmp_path / ".kata").glob("interview_*.html")
    html = page.read_text(encoding="utf-8")
    assert "1. Attention" in html
    assert "both with T²" in html
    assert kata("interview", "answer", "1").returncode == 2


def test_what_would_help_is_refused_for_stages_to_come_too(kata: Run, begun: Path) -> None:
    for command in (("solution", "gqa", "--yes"), ("hunt", "kv-cache", "--yes"), ("check", "--only", "values"), ("watch",)):
        refused = kata(*command)
        assert refused.returncode == 2, command
        assert "interview" in refused.stderr


def test_a_check_of_all_files_leaves_it_out(kata: Run, begun: Path) -> None:
    refused = kata("check", "--all")
    assert refused.returncode == 2
    assert "there is no solution" in refused.stderr


def test_after_the_time_no_answer_counts(kata: Run, begun: Path, tmp_path: Path) -> None:
    begun.write_text(reference("attention"), encoding="utf-8")
    with sqlite3.connect(tmp_path / ".kata" / "history.db") as database:
        database.execute("UPDATE interview SET started_at = started_at - 3600")
    database.close()
    assert "does not count" in " ".join(kata("check").stdout.split())
    refused = kata("interview", "answer", "2")
    assert refused.returncode == 2
    assert "the 45 min are up" in refused.stderr


def test_end_with_stages_left_asks_first(kata: Run, begun: Path, terminal: Open) -> None:
    screen = terminal("interview", "end", NO_COLOR="1")
    screen.wait_for("and 5 stages are not passed yet. End the interview? [y/N]:")
    screen.type("n\n")
    assert screen.finish() == 0
    assert kata("interview", "status").returncode == 0


def test_wrong_calls_are_one_sentence(kata: Run, tmp_path: Path) -> None:
    for arguments, says in (
        (("--kata", "attention"), "--kata goes with --staged"),
        (("--staged", "--kata", "relu"), "no staged interview begins with relu"),
        (("--staged", "--topic", "optimisers"), "no staged interview is about optimisers"),
        (("answer", "1"), "there is no interview here"),
    ):
        refused = kata("interview", *arguments)
        assert refused.returncode == 2
        assert says in " ".join(refused.stderr.split())
    assert not list(tmp_path.glob("*.py"))


def test_the_seed_decides_which_staged_interview_it_is(kata: Run) -> None:
    assert "Stage 1 of" in kata("interview", "--staged", "--topic", "convolution", "--seed", "5").stdout
