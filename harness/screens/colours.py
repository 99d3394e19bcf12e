"""The colours that the screens share. Every console has them, for Markdown too.

A terminal may be dark or light, so nothing has a background here, and no text is yellow, cyan or blue: each of them is too
faint on one of the two.
"""

from __future__ import annotations

from rich.theme import Theme

HEADING = "bold magenta"
NOTABLE = "magenta"

THEME = Theme(
    {
        "markdown.code": "bold",
        "markdown.h2": HEADING,
        "markdown.h3": HEADING,
        "markdown.list": "none",
        "markdown.item.number": "bold",
        "markdown.table.header": "bold",
        "markdown.table.border": "dim",
    }
)
