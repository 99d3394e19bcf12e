"""Markdown on a terminal, as Rich draws it except for blocks of code: no box around them, and long lines folded."""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Markdown
from rich.padding import Padding

from harness.screens.code import folded, highlighted

INDENT = 4


def markdown(text: str) -> Markdown:
    """Markdown to print on a console."""
    return _Markdown(text, hyperlinks=False)


class _CodeBlock(CodeBlock):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width - INDENT
        lines = [piece for line in str(self.text).rstrip().split("\n") for piece in folded(line, width)]
        yield Padding(highlighted("\n".join(lines), self.lexer_name), (0, 0, 0, INDENT), expand=False)


class _Markdown(Markdown):
    elements = {**Markdown.elements, "fence": _CodeBlock, "code_block": _CodeBlock}
