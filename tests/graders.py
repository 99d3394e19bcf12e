"""What takes the place of the judge in the tests of `kata grade`; judge processes import it by name."""

from __future__ import annotations

import json
import os

from harness.grading.submission import Graded, Settings


def verdict_on(settings: Settings, file: str, source: bytes) -> Graded:
    """A verdict with the score that the file holds as text. A file that says `die` ends the process."""
    text = source.decode()
    if text == "die":
        os._exit(1)
    if not text.isdecimal():
        return Graded(reason=text)
    group = {"name": "forward", "points": 100, "earned": int(text), "checks": []}
    row = {"schema": 1, "kata": settings.kata, "file": file, "seed": settings.seed, "score": int(text)}
    row |= {
        "passed": text == "100",
        "groups": [group],
        "mistakes": [],
        "check_seconds": 0.1,
        "sandbox": "none",
        "reason": None,
    }
    return Graded(json.dumps(row))
