"""Code on a terminal, for Markdown pages and whole files: highlighted in weights rather than colours, long lines folded."""

from __future__ import annotations

import textwrap

from pygments.token import Comment, Keyword, Name, Operator, Token  # type: ignore[import-untyped,unused-ignore]
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax

from harness.screens.colours import NOTABLE

THEME = ANSISyntaxTheme(
    {
        Token: Style(),
        Comment: Style(dim=True),
        Keyword: Style.parse(NOTABLE),
        Operator.Word: Style.parse(NOTABLE),
        Name.Class: Style(bold=True),
        Name.Function: Style(bold=True),
    }
)


def highlighted(code: str, language: str) -> Syntax:
    """Code to print on a console that is at least as wide."""
    return Syntax(code, language, theme=THEME, background_color="default", word_wrap=True)


def folded(line: str, width: int, sign: str = "") -> list[str]:
    """A line of code in pieces of at most `width`, continuations indented; `sign` goes before each of them."""
    indent = " " * (len(line) - len(line.lstrip()) + 8)
    return textwrap.wrap(sign + line, width, subsequent_indent=sign + indent, break_on_hyphens=False) or [sign + line]
