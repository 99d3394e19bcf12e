"""Runs the training run of a hunt's file in the worker: for a hunt by symptoms, its losses are all that is told.

`session` calls it once the checks have run. The file is the learner's, so `train` may be gone, or give anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.judge.verdict import Symptoms
from harness.sandbox.client import WorkerClient
from harness.sandbox.errors import JudgeFailure, SandboxError
from harness.sandbox.proxy import Solution

MAX_STEPS = 10_000


def symptoms_of(client: WorkerClient, expected: Sequence[float], seed: int) -> Symptoms:
    """The losses of the file that `client` has loaded, beside those of a correct solution."""
    losses: list[float] = []
    stopped = ""
    try:
        client.begin_check(seed)
        for loss in Solution(client, client.path.name).train():
            losses.append(_number(loss))
            if len(losses) == MAX_STEPS:
                break
    except JudgeFailure:
        raise
    except (SandboxError, TypeError) as error:
        stopped = str(error)
    return Symptoms(tuple(losses), tuple(expected), stopped)


def _number(loss: Any) -> float:
    if not isinstance(loss, int | float):
        raise TypeError(f"train() yielded {type(loss).__name__}, expected a float")
    return float(loss)
