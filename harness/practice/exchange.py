"""A history as a file that another workspace can take in: merged with what it has, and nothing twice.

Practices, attempts and interviews have ids that are the same wherever they are exported, since they follow from what was
done and when. So a file may be imported again, and an export of the merged history be imported where it came from.
`kata export` and `kata import` call this.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.practice.history import History
from harness.practice.kind import PracticeKind

SCHEMA = 1
FORMAT = "kata history"

PRACTICE = ("kind", "kata", "file", "started_at", "solved_at", "revealed_at", "planted", "counted", "seen_at")
ATTEMPT = (
    "kind", "kata", "at", "seed", "score", "passed", "ratio", "ratio_low", "ratio_high", "solution_ms", "reference_ms",
    "clock_seconds", "check_seconds",
)  # fmt: skip
INTERVIEW = ("started_at", "ended_at", "minutes", "seed", "topic")
GROUP = ("name", "points", "earned")
CHECK = ("grp", "name", "title", "outcome", "message", "mistake")
HINT = ("number", "at")
EXPLANATION = ("mistake", "at")

TEXTS = {"kind", "kata", "file", "name", "grp", "title", "outcome", "message", "mistake", "planted", "topic", "id"}
TEXTS |= {"practice", "interview"}
OPTIONAL = {"solved_at", "revealed_at", "planted", "ratio", "ratio_low", "ratio_high", "solution_ms", "reference_ms"}
OPTIONAL |= {"clock_seconds", "ended_at", "topic", "practice", "interview"}

Row = tuple[Any, ...]
Object = dict[str, Any]


class BadExport(ValueError):
    """A file that is no export of a history, or one of a newer version; the message is a sentence about it."""


@dataclass(frozen=True)
class Merged:
    """How many practices and attempts an import has added, and how many were there already."""

    practices: int
    attempts: int
    known_practices: int
    known_attempts: int


def export_history(history: History) -> str:
    """Everything in a history, as JSON."""
    with history.snapshot() as database:
        interviews = {number: _interview(row) for number, *row in _rows(database, "interview", INTERVIEW)}
        practices = {}
        for number, interview, *row in _rows(database, "practice", ("interview", *PRACTICE)):
            practices[number] = {
                **_practice(row),
                "interview": interviews[interview]["id"] if interview is not None else None,
                "hints": _parts(database, "hint", "practice", number, HINT),
                "explanations": _parts(database, "explanation", "practice", number, EXPLANATION),
            }
        attempts = []
        for number, practice, *row in _rows(database, "attempt", ("practice", *ATTEMPT)):
            attempts.append(
                {
                    **_attempt(row),
                    "practice": practices[practice]["id"] if practice is not None else None,
                    "groups": _parts(database, "attempt_group", "attempt", number, GROUP),
                    "checks": _parts(database, "attempt_check", "attempt", number, CHECK),
                    "mistakes": [m for (m,) in database.execute(MISTAKES, (number,))],
                }
            )
    return json.dumps(
        {
            "format": FORMAT,
            "schema": SCHEMA,
            "interviews": list(interviews.values()),
            "practices": list(practices.values()),
            "attempts": attempts,
        },
        ensure_ascii=False,
        allow_nan=False,
        indent=1,
    )


def import_history(history: History, text: str) -> Merged:
    """Add what is new in an export to a history, in one transaction.

    A practice that both have is solved when either solved it, and has the hints of both. Its clock stands still until it is
    touched here. An interview that was not over goes on only where it was begun.

    Raises:
        BadExport: the text is no export, or one of a newer version.
    """
    data = _parsed(text)
    with history.transaction() as database:
        interviews = {_interview(row)["id"]: number for number, *row in _rows(database, "interview", INTERVIEW)}
        practices = {_practice(row)["id"]: number for number, *row in _rows(database, "practice", PRACTICE)}
        attempts = {_attempt(row)["id"] for _, *row in _rows(database, "attempt", ATTEMPT)}
        added = known = tried = seen = 0
        for interview in _objects(data, "interviews"):
            row = _values(interview, INTERVIEW)
            started_at, ended_at, minutes, *_ = row
            over = row if ended_at is not None else (started_at, started_at + 60 * minutes, *row[2:])
            if (number := _interview(row)["id"]) not in interviews:
                interviews[number] = _insert(database, "interview", INTERVIEW, over)
        for practice in _objects(data, "practices"):
            row = _values(practice, PRACTICE)
            if (name := _practice(row)["id"]) in practices:
                known += 1
                _merge(database, practices[name], practice)
            else:
                added += 1
                owner = _reference(practice, "interview", interviews)
                practices[name] = _insert(database, "practice", ("interview", "stopped", *PRACTICE), (owner, 1, *row))
                history.take_over(database, practice["kata"], practice["file"], practice["seen_at"])
            _insert_parts(database, "hint", "practice", practices[name], HINT, _objects(practice, "hints"))
            _insert_parts(
                database, "explanation", "practice", practices[name], EXPLANATION, _objects(practice, "explanations")
            )
        for attempt in _objects(data, "attempts"):
            row = _values(attempt, ATTEMPT)
            if (name := _attempt(row)["id"]) in attempts:
                seen += 1
                continue
            tried += 1
            attempts.add(name)
            owner = _reference(attempt, "practice", practices)
            number = _insert(database, "attempt", ("practice", *ATTEMPT), (owner, *row))
            _insert_parts(database, "attempt_group", "attempt", number, GROUP, _objects(attempt, "groups"))
            _insert_parts(database, "attempt_check", "attempt", number, CHECK, _objects(attempt, "checks"))
            mistakes = [{"mistake": mistake} for mistake in attempt.get("mistakes", [])]
            _insert_parts(database, "attempt_mistake", "attempt", number, ("mistake",), mistakes)
    return Merged(added, tried, known, seen)


MISTAKES = "SELECT mistake FROM attempt_mistake WHERE attempt = ? ORDER BY rowid"


def _practice(row: Sequence[Any]) -> Object:
    value = dict(zip(PRACTICE, row, strict=True))
    return {"id": _id("practice", value, "kind", "kata", "file", "started_at"), **value}


def _attempt(row: Sequence[Any]) -> Object:
    value = dict(zip(ATTEMPT, row, strict=True))
    return {"id": _id("attempt", value, "kind", "kata", "at", "seed"), **value}


def _interview(row: Sequence[Any]) -> Object:
    value = dict(zip(INTERVIEW, row, strict=True))
    return {"id": _id("interview", value, "started_at", "minutes", "seed"), **value}


def _id(what: str, value: Mapping[str, Any], *names: str) -> str:
    """An id that follows from what was done and when; times have a resolution of less than a microsecond."""
    key = json.dumps([what, *(value[name] for name in names)])
    return hashlib.sha256(key.encode()).hexdigest()[:16]


# reading and writing the database; all names in the queries are ours


def _rows(database: sqlite3.Connection, table: str, columns: Sequence[str]) -> list[Row]:
    return database.execute(f"SELECT id, {', '.join(columns)} FROM {table} ORDER BY id").fetchall()


def _parts(database: sqlite3.Connection, table: str, owner: str, number: int, columns: Sequence[str]) -> list[Object]:
    query = f"SELECT {', '.join(columns)} FROM {table} WHERE {owner} = ? ORDER BY rowid"
    return [dict(zip(columns, row, strict=True)) for row in database.execute(query, (number,))]


def _insert(database: sqlite3.Connection, table: str, columns: Sequence[str], row: Sequence[Any]) -> int:
    marks = ", ".join("?" * len(columns))
    cursor = database.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", row)
    return cursor.lastrowid or 0


def _insert_parts(
    database: sqlite3.Connection, table: str, owner: str, number: int, columns: Sequence[str], parts: Sequence[Object]
) -> None:
    marks = ", ".join("?" * (len(columns) + 1))
    query = f"INSERT OR IGNORE INTO {table} ({owner}, {', '.join(columns)}) VALUES ({marks})"
    database.executemany(query, [(number, *_values(part, columns)) for part in parts])


def _merge(database: sqlite3.Connection, number: int, other: Object) -> None:
    """Take over into a practice what another history knows of it: the earlier solution, or the later state."""
    solved_at, revealed_at, counted, seen_at = database.execute(
        "SELECT solved_at, revealed_at, counted, seen_at FROM practice WHERE id = ?", (number,)
    ).fetchone()
    theirs = other["solved_at"], other["counted"], other["seen_at"]
    if theirs[0] is not None and (solved_at is None or theirs[0] < solved_at):
        solved_at, counted, seen_at = theirs
    elif solved_at is None and theirs[2] > seen_at:
        _, counted, seen_at = theirs
    revealed = [at for at in (revealed_at, other["revealed_at"]) if at is not None]
    database.execute(
        "UPDATE practice SET solved_at = ?, revealed_at = ?, counted = ?, seen_at = ? WHERE id = ?",
        (solved_at, min(revealed, default=None), counted, seen_at, number),
    )


# reading a file that anybody may have written


def _parsed(text: str) -> Object:
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise BadExport("it was not written by `kata export`")
    if data.get("schema") != SCHEMA:
        raise BadExport(f"it has schema {data.get('schema')!r}, and this version of kata reads {SCHEMA}: update kata")
    return data


def _objects(value: Object, name: str) -> list[Object]:
    found = value.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadExport(f"{name} must be a list of objects")
    return found


def _values(value: Object, names: Sequence[str]) -> Row:
    """The fields of those names, each of the type that it must have."""
    row = tuple(_value(value, name) for name in names)
    if "kind" in names and value["kind"] not in list(PracticeKind):
        raise BadExport(f"there is no kind of practice {value['kind']!r}")
    if "file" in names and Path(value["file"]).name != value["file"]:
        raise BadExport(f"{value['file']!r} is not the name of a file in a workspace")
    return row


def _value(value: Object, name: str) -> Any:
    found = value.get(name)
    if found is None and (name in OPTIONAL or (name == "mistake" and "outcome" in value)):
        return None
    expected = str if name in TEXTS else (int, float)
    if not isinstance(found, expected):
        raise BadExport(f"{name} must be a {'text' if name in TEXTS else 'number'}, not {found!r}")
    return found


def _reference(value: Object, name: str, known: Mapping[str, int]) -> int | None:
    """The row that another object is kept in."""
    found = _value(value, name)
    if found is None:
        return None
    if found not in known:
        raise BadExport(f"it refers to {name} {found}, which is not in it")
    return known[found]
