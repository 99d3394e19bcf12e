"""Bug hunts: a bank's mistakes as a plain solution file, with no sign of where they are, and the hints for finding one.

The demo plants a mistake in the same way.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Sequence

from harness.authoring.training import training_of
from harness.catalog import Kata
from harness.judge.bank import Mistake, compose, reference_source

HEADER = """\
# Bug hunt: {planted} in this file. Find {them} and fix {them}.
# Your work is judged with:  kata check {file}
"""
TRAINING = """\
# It also trains, for a few seconds, and prints the loss:  python {file}
"""

SYMPTOM = """\
Start with the symptom, not with the code. `kata check --verbose` shows every failing check: what do they have in common, and
what do the passing ones rule out? Think of which output or gradient is wrong, in which shapes and modes, and whether only a
second call fails.
"""
SMALLEST_INPUT = """\
Find the smallest input that still fails. `kata debug` writes the first failing check as a script. Shrink it: a batch of one,
one feature, ones instead of random numbers. The size at which the failure disappears points to the axis, index or sum that
is wrong.
"""
GRADIENT_CHECK = """\
Check one gradient at a time. Move a single element of an input or a parameter by `h = 1e-6` either way and compare
`(loss(+h) - loss(-h)) / (2 * h)` with what `backward` returns. Then do the same for each step inside: the first one that
disagrees holds the mistake.
"""
SLOW_VERSION = """\
Write the formula of the statement as plain loops, for the smallest input that fails, and compare every intermediate value
with the one in the file. The first one that differs holds the mistake.
"""
HYPOTHESIS = """\
Write down one sentence: this line is wrong because of this, so that number must come out too large by this factor, or with
this sign. Test the prediction before you change anything. If it is wrong, the line is correct: next hypothesis.
"""
WHERE = "{mistakes} in {places}. Read it line by line against the formula, and say aloud what shape each line has."


def hunting_hints(kata: Kata, mistakes: Sequence[Mistake]) -> tuple[str, ...]:
    """How to find what is planted, as Markdown: how one debugs, step by step, and last the function that it is in."""
    check = GRADIENT_CHECK if "gradient" in kata.points else SLOW_VERSION
    hints = (SYMPTOM, SMALLEST_INPUT, check, HYPOTHESIS)
    if not mistakes:
        return hints
    places = " and ".join(f"`{place}`" for place in planted_in(mistakes)) or "a line outside all functions"
    return (*hints, WHERE.format(mistakes="The mistake is" if len(mistakes) == 1 else "The mistakes are", places=places))


def planted_in(mistakes: Sequence[Mistake]) -> tuple[str, ...]:
    """The functions, as `Class.method` or `function`, that the mistakes change."""
    before, after = _definitions(reference_source(mistakes[0].module)), _definitions(compose(mistakes))
    return tuple(name for name in {**before, **after} if before.get(name) != after.get(name))


def _definitions(source: str) -> dict[str, str]:
    """What each function of a source does, docstrings apart, by its name."""
    found = {}
    for node in ast.parse(source).body:
        for one in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(one, ast.FunctionDef):
                name = one.name if one is node else f"{node.name}.{one.name}"  # type: ignore[attr-defined]
                found[name] = ast.dump(one)
    return found


def make_hunt(kata: Kata, mistakes: Sequence[Mistake]) -> str:
    """The text of the file that `kata hunt` writes; with a training run at its end, where the kata has one."""
    return _hunt_file(kata, plant(mistakes), len(mistakes))


def make_solved(kata: Kata, planted: int) -> str:
    """The same file with everything that was planted in it fixed."""
    return _hunt_file(kata, without_comments(kata.reference_file.read_text(encoding="utf-8")), planted)


def _hunt_file(kata: Kata, source: str, planted: int) -> str:
    head = HEADER.format(
        planted="one mistake is planted" if planted == 1 else f"{planted} mistakes are planted",
        them="it" if planted == 1 else "them",
        file=kata.hunt_file_name,
    )
    training = training_of(kata)
    if not training:
        return f"{head}\n{source}"
    return f"{head}{TRAINING.format(file=kata.hunt_file_name)}\n{source}\n\n{training}"


def plant(mistakes: Sequence[Mistake]) -> str:
    """The reference with these mistakes in it, which must compose.

    Comments go everywhere, since they would be missing, or wrong, only where a mistake is. Docstrings stay.
    """
    return without_comments(compose(mistakes))


def without_comments(source: str) -> str:
    """The source without its comments; a line that holds nothing else goes, and all others keep their form."""
    lines = source.splitlines()
    gone: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            number = token.start[0] - 1
            lines[number] = lines[number][: token.start[1]].rstrip()
            if not lines[number]:
                gone.add(number)
    return "\n".join(line for number, line in enumerate(lines) if number not in gone) + "\n"
