"""Mistakes were once named in CamelCase; the history moves their records to the names they have now.

`renamed_mistakes.toml` holds a table for each kata, with lines `OldName = "new-name"`. `database` calls this once for a file
of the first schema.
"""

from __future__ import annotations

import re
import sqlite3
import tomllib
from pathlib import Path

RENAMED = Path(__file__).with_name("renamed_mistakes.toml")
WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def rename_mistakes(database: sqlite3.Connection) -> None:
    """Rename every recorded mistake, whether it was found by a diagnosis or planted in a hunt."""
    renamed = tomllib.loads(RENAMED.read_text(encoding="utf-8"))

    def new_name(kata: str, old: str) -> str:
        return str(renamed.get(kata, {}).get(old) or kebab_case(old))

    found = "SELECT DISTINCT kata, mistake FROM attempt_check JOIN attempt ON attempt = id WHERE mistake IS NOT NULL"
    for kata, old in database.execute(found).fetchall():
        database.execute(
            "UPDATE attempt_check SET mistake = ? WHERE mistake = ? AND attempt IN (SELECT id FROM attempt WHERE kata = ?)",
            (new_name(kata, old), old, kata),
        )
    for kata, old in database.execute("SELECT DISTINCT kata, planted FROM practice WHERE planted IS NOT NULL").fetchall():
        database.execute("UPDATE practice SET planted = ? WHERE planted = ? AND kata = ?", (new_name(kata, old), old, kata))


def kebab_case(name: str) -> str:
    """`BatchOnlyBiasGradient` as `batch-only-bias-gradient`, for a mistake whose new name is the old one's words."""
    return WORD_START.sub("-", name).lower()
