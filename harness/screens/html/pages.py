"""The HTML pages as text: Jinja and its filters."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from harness.grading.summary import Summary
from harness.practice.days import ago, ahead, clock, day_of, times
from harness.practice.scorecard import Scorecard
from harness.screens.html.contents import Report
from harness.screens.sentences import printable

CODE = re.compile(r"`([^`]+)`")


def report_page(report: Report) -> str:
    """The page of `kata report`."""
    return _environment(report.today).get_template("report.html.jinja").render(report=report)


def scorecard_page(card: Scorecard) -> str:
    """The page of `kata interview end`, in the style of the report."""
    return _environment(day_of(card.started_at)).get_template("scorecard.html.jinja").render(card=card)


def grades_page(summary: Summary, today: date) -> str:
    """The page of `kata grade --html`."""
    return _environment(today).get_template("grades.html.jinja").render(summary=summary, today=today)


def _environment(today: date) -> Environment:
    """Jinja that escapes everything and lets nothing unprintable through."""
    environment = Environment(
        loader=PackageLoader("harness.screens.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "ago": lambda day: ago(day, today),
        "ahead": lambda day: ahead(day, today),
        "clock": clock,
        "code": _code,
        "date": lambda day: f"{day.day} {day:%b %Y}",
        "day_of": day_of,
        "place": lambda length: f"{length:.1f}".removesuffix(".0"),
        "times": times,
    }
    return environment


def _finalize(value: Any) -> Any:
    """What a template prints, without unprintable characters: HTML does not allow all of them."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _code(text: str) -> Markup:
    """Text in which `backticks` mark code."""
    parts = CODE.split(printable(text))
    return Markup("").join(Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(parts))
