"""One submission judged: what a judge process runs, on this machine or on another. Data goes in, data comes out.

A judge process lives long: it collects the hidden tests once, and then judges file after file, each in a worker of its own.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness import catalog
from harness.judge.collect import collect_checks
from harness.judge.replay import Check
from harness.judge.session import Options, judge
from harness.judge.verdict import json_line
from harness.sandbox import landlock
from harness.sandbox.errors import JudgeFailure
from harness.sandbox.spawn import Layers, bwrap_works, unavailable


@dataclass(frozen=True)
class Settings:
    """How all files of a run are judged.

    Attributes:
        kata: its name.
        seed: of the hidden tests' random inputs.
        timeout: seconds that one call may take.
        sandbox: one of `spawn.SANDBOXES`.
        version: the judge's, see `version_of`.
    """

    kata: str
    seed: int
    timeout: float
    sandbox: str
    version: str

    def key(self, file: str, source: bytes) -> str:
        """What the verdict on this file depends on, as one short text."""
        parts = [self.version, self.kata, self.seed, self.timeout, self.sandbox, file, hashlib.sha256(source).hexdigest()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Graded:
    """What came of one file: its verdict as a line of JSON, or the reason why there is none."""

    verdict: str = ""
    reason: str = ""


class NoSandbox(Exception):
    """The sandbox that was asked for cannot be had on this machine: a sentence."""


_one_at_a_time = threading.Lock()  # the judge changes its process's environment and NumPy's seed


def grade(settings: Settings, file: str, source: bytes) -> Graded:
    """Judge one submission. Whatever goes wrong comes back as a reason.

    Args:
        settings: see there.
        file: how the verdict names it.
        source: what it holds.
    """
    try:
        with _one_at_a_time:
            if version_of(settings.kata) != settings.version:
                return Graded(reason="a machine of the cluster has another version of kata")
            options = Options(
                seed=settings.seed,
                timing=False,
                call_timeout=settings.timeout,
                sandbox=confinement(settings.sandbox),
            )
            kata = catalog.load(settings.kata)
            verdict = judge(kata, Path(file), file, options, source=source, checks=_checks(settings.kata))
        row = verdict.as_json() | {"reason": None}
        return Graded(json_line(row))
    except (JudgeFailure, NoSandbox) as error:
        return Graded(reason=str(error).partition("\n")[0])
    except Exception as error:
        return Graded(reason=f"the judge itself failed ({type(error).__name__}: {error})".replace("\n", " "))


@cache
def _checks(name: str) -> tuple[Check, ...]:
    return collect_checks(catalog.load(name))


@cache
def confinement(sandbox: str) -> Layers:
    """The layers of a sandbox, such that a worker without any is never started unless it is asked for.

    Raises:
        NoSandbox: there is none here.
    """
    if sandbox == "none":
        return Layers(landlock=False, bwrap=False)
    if reason := unavailable(sandbox):
        raise NoSandbox(reason)
    if sandbox != "auto":
        return Layers.of(sandbox)
    bwrap = bwrap_works()
    if not (bwrap or landlock.version()):
        raise NoSandbox("this machine has neither Landlock (Linux 5.13 or newer) nor a bubblewrap that works")
    return Layers(landlock=True, bwrap=bwrap)


@cache
def version_of(name: str) -> str:
    """What decides about verdicts, as one short text: the program's files, the references' and the kata's."""
    kata = catalog.load(name)
    folders = [Path(catalog.__file__).parent, kata.reference_file.parent, kata.folder]
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".toml", ".md")):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder)} {len(content)}\n".encode() + content)
    return digest.hexdigest()
