"""The encoding of a solution's file, by Python's own rule: UTF-8, unless a coding cookie says otherwise (PEP 263).

The worker reads the solution with it, and the commands that show one. It imports nothing of ours.
"""

from __future__ import annotations

import io
import os
import tokenize

NOT_DECLARED = (
    "Non-UTF-8 code starting with '\\x{byte:02x}' in file {file} on line {line}, but no encoding declared; "
    "see https://peps.python.org/pep-0263/ for details"
)


def source_text(source: bytes, path: str) -> str:
    """The text of a source.

    Raises:
        SyntaxError: it is not in the encoding that it declares, with the sentence that Python has for this.
    """
    try:
        return source.decode(_declared(source, path))
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        file = os.path.basename(path)
        if error.encoding == "utf-8":
            message = NOT_DECLARED.format(byte=source[error.start], file=file, line=line)
        else:
            message = f"({error.encoding}) {error}"
        raise SyntaxError(message, (path, line, None, None)) from None


def readable_text(source: bytes) -> str:
    """The text of a source as far as it can be read, to be shown."""
    try:
        return source_text(source, "")
    except SyntaxError:
        return source.decode("utf-8", "replace")


def _declared(source: bytes, path: str) -> str:
    try:
        return tokenize.detect_encoding(io.BytesIO(source).readline)[0]
    except SyntaxError as error:
        if "unknown encoding" in str(error) or source.startswith(b"\xef\xbb\xbf"):
            raise SyntaxError(str(error), (path, 1, None, None)) from None
        return "utf-8"  # its first lines are not UTF-8: decoding them says which byte is not
