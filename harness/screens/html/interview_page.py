"""Renders the scorecard of an interview as an HTML file of its own, in the style of the report."""

from __future__ import annotations

from harness.practice.days import day_of
from harness.practice.scorecard import Scorecard
from harness.screens.html.report_page import make_environment


def render_scorecard(card: Scorecard) -> str:
    """The page, as text."""
    template = make_environment(day_of(card.started_at)).get_template("scorecard.html.jinja")
    return template.render(card=card)
