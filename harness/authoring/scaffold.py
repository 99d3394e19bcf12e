"""Writes the files of a new kata from Jinja templates, for `kata dev new`."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from harness import catalog

TEMPLATES = Path(__file__).with_name("templates") / "kata"


def scaffold(root: Path, name: str, title: str | None, topic: str, class_name: str | None = None) -> list[Path]:
    """Write the files of a kata into a checkout; returns their paths.

    Args:
        root: the checkout, with `katas/` and `reference/`.
        name: the kata's public name: lower-case letters, digits and hyphens.
        title: its title, by default made from the name.
        topic: a lower-case word, best one that other katas have.
        class_name: the class that is to be written, by default made from the name.

    Raises:
        ValueError: the name, the topic or the class is not one, or the name is taken, or root is no checkout.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise ValueError(
            f"{name!r} is not a valid name for a kata: use lower-case letters, digits and hyphens, beginning with a letter"
        )
    if not catalog.is_topic(topic):
        raise ValueError(f"{topic!r} is not a valid topic: use a lower-case word, best one of those that `kata list` shows")
    class_name = class_name or "".join(part.capitalize() for part in name.split("-"))
    if not class_name.isidentifier() or keyword.iskeyword(class_name):
        raise ValueError(f"{class_name!r} is not a valid name for a class")
    if not (root / "katas").is_dir() or not (root / "reference").is_dir():
        raise ValueError(f"{root.resolve()} has no katas/ and reference/: run this in a checkout, or give one with --root")
    module = name.replace("-", "_")
    targets = {
        "kata.toml.jinja": root / "katas" / module / "kata.toml",
        "statement.md.jinja": root / "katas" / module / "statement.md",
        "test.py.jinja": root / "katas" / module / f"test_{module}.py",
        "mistakes.md.jinja": root / "katas" / module / "mistakes.md",
        "workload.py.jinja": root / "katas" / module / "workload.py",
        "reference.py.jinja": root / "reference" / f"{module}.py",
        "right_solution.py.jinja": root / "tests" / "right_solutions" / module / "loops.py",
    }
    taken = [str(path) for path in targets.values() if path.exists()]
    if taken or name in catalog.all_names():
        raise ValueError(f"there already is a kata {name!r}{': ' + taken[0] if taken else ''}")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    values = {
        "name": name,
        "module": module,
        "topic": topic,
        "title": title or name.replace("-", " ").capitalize(),
        "class_name": class_name,
    }
    for template, path in targets.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(environment.get_template(template).render(values), encoding="utf-8")
    return list(targets.values())
