"""Renders the scorecard of an interview as an HTML file of its own, in the style of the report."""

from __future__ import annotations

from harness.days import day_of
from harness.report.page import make_environment
from harness.scorecard import Scorecard


def render_scorecard(card: Scorecard) -> str:
    """The page, as text."""
    template = make_environment(day_of(card.started_at)).get_template("scorecard.html.jinja")
    return template.render(card=card)
