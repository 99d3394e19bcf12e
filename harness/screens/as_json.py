"""What the screens show, for other programs: one JSON object each, with the number of its schema.

`docs/json.md` describes them. A field is never taken away or given another meaning under the same number; new ones may come.
Moments are ISO 8601 in UTC, days are those of the local calendar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from harness import catalog
from harness.catalog import Kata
from harness.judge.verdict import json_line
from harness.practice.days import day_of
from harness.practice.history import OpenInterview
from harness.practice.lessons import Lesson
from harness.practice.memory import Memory, memories, rate
from harness.practice.record import PastAttempt, Record, Sitting
from harness.practice.suggestions import Suggestion

SCHEMA = 1

Object = dict[str, Any]


def print_json(value: Object) -> None:
    """Print one object on one line."""
    click.echo(json_line(value))


def list_object(katas: Sequence[Kata], record: Record) -> Object:
    """`kata list --json`."""
    return {
        "schema": SCHEMA,
        "katas": [
            {
                **_kata(kata),
                "tags": list(kata.tags),
                "needs": list(kata.needs),
                "points": kata.points,
                "checks": kata.checks,
                "state": str(record.of(kata.name).state),
                "best_score": record.of(kata.name).best_score,
            }
            for kata in katas
        ],
    }


def status_object(
    katas: Sequence[Kata], record: Record, remembered: Mapping[str, Memory], made: Sequence[Lesson], now: float
) -> Object:
    """`kata status --json`."""
    today = day_of(now)
    return {
        "schema": SCHEMA,
        "solved": len(record.solved()),
        "total": len(katas),
        "due": sum(memory.due <= today for memory in remembered.values()),
        "katas": [_standing(kata, record, remembered.get(kata.name), now) for kata in katas],
        "mistakes": [
            {
                "kata": lesson.made.kata,
                "mistake": lesson.made.name,
                "headline": lesson.headline,
                "sittings": lesson.made.sittings,
                "last_at": _moment(lesson.made.last_at),
            }
            for lesson in made
        ],
        "hunts": {"total": len(record.hunts), "solved": sum(hunt.practice.solved_at is not None for hunt in record.hunts)},
        "interviews": len(record.interviews),
    }


def next_object(suggestions: Sequence[Suggestion]) -> Object:
    """`kata next --json`."""
    return {
        "schema": SCHEMA,
        "suggestions": [{**_kata(one.kata), "kind": str(one.kind), "why": one.why} for one in suggestions],
    }


def report_object(record: Record, katas: Sequence[Kata]) -> Object:
    """`kata report --json`: every sitting and every attempt, of katas, hunts and interviews."""
    remembered = memories(record, katas)
    par = {kata.name: kata.par_minutes for kata in katas}
    return {
        "schema": SCHEMA,
        "katas": [
            {
                "kata": name,
                "state": str(one.state),
                "due": remembered[name].due.isoformat() if name in remembered else None,
                "sittings": [_sitting(sitting, par[name]) for sitting in one.sittings],
                "attempts_without_start": [_attempt(a) for a in one.attempts if a.practice is None],
                "failing": [{"title": check.title, "message": check.message} for check in one.failing],
            }
            for name, one in record.katas.items()
        ],
        "hunts": [{**_sitting(hunt), "planted": _told(hunt)} for hunt in record.hunts],
        "interviews": [
            {
                "started_at": _moment(interview.started_at),
                "ended_at": _moment(interview.ended_at),
                "minutes": interview.minutes,
                "topic": interview.topic,
                "sittings": [_sitting(sitting) for sitting in interview.sittings],
            }
            for interview in record.interviews
        ],
    }


def interview_object(interview: OpenInterview, sittings: Sequence[Sitting], now: float) -> Object:
    """`kata interview status --json`."""
    return {
        "schema": SCHEMA,
        "started_at": _moment(interview.started_at),
        "minutes": interview.minutes,
        "seconds_left": max(0.0, round(interview.deadline - now, 1)),
        "seed": interview.seed,
        "topic": interview.topic,
        "chain": interview.chain,
        "katas": [
            {
                **_kata(catalog.find(sitting.practice.kata)),
                "file": sitting.practice.file,
                "best_score": sitting.best_score,
                "attempts": len(sitting.attempts),
                "solved_after_seconds": _seconds(sitting.practice.solved_at, interview.started_at),
            }
            for sitting in sittings
        ],
    }


def _kata(kata: Kata) -> Object:
    return {
        "kata": kata.name,
        "title": kata.title,
        "topic": kata.topic,
        "difficulty": kata.difficulty,
        "par_minutes": kata.par_minutes,
    }


def _standing(kata: Kata, record: Record, memory: Memory | None, now: float) -> Object:
    one = record.of(kata.name)
    return {
        **_kata(kata),
        "state": str(one.state),
        "best_score": one.best_score,
        "best_ratio": one.best_ratio,
        "attempts": len(one.attempts),
        "last_at": _moment(one.last_at),
        "due": memory.due.isoformat() if memory else None,
        "recall": round(memory.chance(now), 3) if memory else None,
    }


def _sitting(sitting: Sitting, par_minutes: int | None = None) -> Object:
    practice = sitting.practice
    review = rate(sitting, par_minutes) if par_minutes else None
    return {
        "kata": practice.kata,
        "file": practice.file,
        "started_at": _moment(practice.started_at),
        "solved_at": _moment(practice.solved_at),
        "revealed_at": _moment(practice.revealed_at),
        "clock_seconds": round(practice.clock_seconds(), 1) if practice.solved_at is not None else None,
        "hints": sitting.hints,
        "rating": review.rating.name.lower() if review else None,
        "attempts": [_attempt(attempt) for attempt in sitting.attempts],
    }


def _attempt(attempt: PastAttempt) -> Object:
    return {"at": _moment(attempt.at), "score": attempt.score, "passed": attempt.passed, "ratio": attempt.ratio}


def _told(hunt: Sitting) -> list[str] | None:
    """What was planted, once it is found: before that it is what the learner looks for."""
    return list(hunt.practice.planted_names) if hunt.practice.solved_at is not None else None


def _moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _seconds(at: float | None, since: float) -> float | None:
    return None if at is None else round(at - since, 1)
