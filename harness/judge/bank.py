"""The mistakes bank of a kata: wrong solutions, each an edit of the reference with the misconception behind it.

`katas/NAME/mistakes.md` is a page to read:

    ## batch-only-bias-gradient

    Tags: axis

    `d_bias` is summed over the batch only. (What is wrong, in one sentence.)

    One bias serves a whole channel ... (Why, and where it is common.)

    ```diff
    -        d_bias = d_flat.sum(axis=(0, 2))
    +        d_bias = d_out.sum(axis=0)
    ```

A mistake with a constant of the learner's choice, such as an eps, names it in capitals and says which values to try:

    Try: EPS = 1e-12, 1e-8, 1e-5

The edited source is the mistake everywhere: in the diagnosis, in hunts, in `kata dev check`. It is compiled when needed.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

from harness.judge import edits
from harness.judge.edits import BadEdit, Replacement

TAGS = {
    "assign-not-add": "assigning where contributions add up",
    "axis": "the wrong axis",
    "broadcast": "shapes that broadcast without meaning to",
    "convention": "another convention than the one asked for",
    "dtype": "the wrong dtype",
    "eps-place": "eps in the wrong place",
    "hard-coded": "a number where an argument belongs",
    "ignored-argument": "an argument that is not used",
    "in-place": "changing an array that belongs to the caller",
    "initialisation": "a wrong start",
    "mask": "a mask that covers the wrong elements",
    "mean-not-sum": "dividing by a count, or forgetting to",
    "missing-term": "a term left out",
    "mode": "training and evaluation mixed up",
    "off-by-one": "off by one",
    "order": "the wrong order of arguments, results or steps",
    "overflow": "numbers that overflow or cancel",
    "randomness": "random numbers drawn in the wrong way",
    "rebinding": "a new array where the caller's should change",
    "shape": "the wrong shape",
    "shared-state": "state shared by objects or calls",
    "sign": "the wrong sign",
    "stale-cache": "values remembered from another call",
    "transpose": "a transpose too many or missing",
    "update-order": "an update that comes too early or too late",
    "validation": "a bad argument accepted, or a good one refused",
    "wrong-factor": "a wrong factor",
    "wrong-formula": "another formula",
}
"""The kinds of slip, over all katas: the report says which of them a learner makes."""


class BadBank(ValueError):
    """A `mistakes.md` that cannot be used: the message names the kata, the mistake and the line."""


@dataclass(frozen=True)
class Constant:
    """A number that a learner may choose: its name in the edit, and the values to try, as source."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Mistake:
    """One entry of a bank.

    Attributes:
        module: the kata's name in file names.
        name: its heading, kebab-case.
        tags: kinds of slip, keys of `TAGS`.
        explanation: paragraphs of one line each; the first says what is wrong, the others why and where it is common.
        replacements: the edit of the reference.
        constant: a number of the learner's choice in the edit, if there is one.
        line: where its heading stands in `mistakes.md`.
        place: the function that it is made in, where it is made in that one only (see `parts`).
    """

    module: str
    name: str
    tags: tuple[str, ...]
    explanation: str
    replacements: tuple[Replacement, ...]
    constant: Constant | None
    line: int
    place: str = ""

    @property
    def headline(self) -> str:
        """The sentence that says what is wrong."""
        return self.explanation.partition("\n\n")[0]

    @property
    def reason(self) -> str:
        """Why it is wrong, and where it is common; may be empty."""
        return self.explanation.partition("\n\n")[2]

    @property
    def values(self) -> tuple[str | None, ...]:
        """What the constant may be, as source; a single None where the mistake has none."""
        return self.constant.values if self.constant else (None,)

    def edit(self, value: str | None = None) -> tuple[Replacement, ...]:
        """The replacements with the constant filled in: by default its first value."""
        if self.constant is None:
            return self.replacements
        word = re.compile(rf"\b{self.constant.name}\b")
        number = value or self.constant.values[0]
        return tuple(
            Replacement(r.start, r.end, tuple(word.sub(number, line) for line in r.lines)) for r in self.replacements
        )

    def parts(self) -> tuple[Mistake, ...]:
        """The same mistake made in one function only, for each of the functions that the edit touches; none if it is one.

        What the edit does in constructors and outside functions goes with each.
        """
        place_of = {r: _place(self.module, r) for r in self.replacements}
        places = [place for place in dict.fromkeys(place_of.values()) if place]
        return tuple(self._made_in(place, place_of) for place in places) if len(places) > 1 else ()

    @property
    def places(self) -> tuple[str, ...]:
        """The functions that the edit touches; "" stands for constructors and what is outside all functions."""
        return tuple(dict.fromkeys(_place(self.module, r) for r in self.replacements))

    def _made_in(self, place: str, place_of: Mapping[Replacement, str]) -> Mistake:
        whole = f"\n\nAs it is made everywhere: {self.reason}" if self.reason else ""
        explanation = f"{self.headline} (Here only in `{place}`.){whole}"
        kept = tuple(r for r in self.replacements if place_of[r] in (place, ""))
        return replace(self, explanation=explanation, replacements=kept, place=place)

    def source(self, value: str | None = None) -> str:
        """The whole file with this mistake in it."""
        return edits.apply(reference_source(self.module), self.edit(value))

    def names(self, value: str | None = None) -> dict[str, Any]:
        """The public names of a solution that makes this one mistake."""
        return _names_of(self.module, self.name, value)

    def composes_with(self, other: Mistake) -> bool:
        """Whether one file can hold both."""
        return edits.compatible(self.replacements, other.replacements)


def compose(mistakes: Sequence[Mistake], values: Sequence[str | None] = ()) -> str:
    """The file with all of these mistakes in it; each must compose with every other.

    Args:
        mistakes: of one kata.
        values: of their constants; by default the first of each.
    """
    chosen = zip(mistakes, values or [None] * len(mistakes), strict=True)
    return edits.apply(reference_source(mistakes[0].module), [r for mistake, value in chosen for r in mistake.edit(value)])


def names_in(source: str, label: str) -> dict[str, Any]:
    """The public names that a source of ours defines.

    Args:
        source: a reference, perhaps edited.
        label: the file's name in tracebacks.
    """
    module = ModuleType(label)
    exec(compile(source, label, "exec", dont_inherit=True), vars(module))
    return public_names(module)


def public_names(module: ModuleType) -> dict[str, Any]:
    """The classes and functions that `module` itself defines and does not hide behind an underscore."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    }


def load_reference(module_name: str) -> ModuleType:
    """The reference module of the kata whose files are called `module_name`."""
    return importlib.import_module(f"reference.{module_name}")


@cache
def reference_source(module_name: str) -> str:
    """The text of that reference."""
    return (_folder("reference") / f"{module_name}.py").read_text(encoding="utf-8")


@cache
def load_bank(module_name: str) -> tuple[Mistake, ...]:
    """All mistakes of a kata, in the order of its `mistakes.md`.

    Raises:
        BadBank: the page is not in the form above, or an edit does not fit the reference any more.
    """
    page = _folder("katas") / module_name / "mistakes.md"
    try:
        text = page.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadBank(f"{module_name} has no mistakes.md") from None
    return parse_bank(text, module_name, reference_source(module_name))


def _place(module_name: str, replacement: Replacement) -> str:
    """The function that a replacement changes; empty for a constructor, and outside all functions."""
    inside = (name for name, start, end in _functions_of(module_name) if start <= replacement.start < end)
    return next((name for name in inside if name != "__init__"), "")


@cache
def _functions_of(module_name: str) -> tuple[tuple[str, int, int], ...]:
    return edits.functions(reference_source(module_name))


def find_mistake(module_name: str, name: str) -> Mistake:
    """The mistake of that name in a kata's bank.

    Raises:
        LookupError: the bank holds no such mistake (any more).
    """
    for mistake in load_bank(module_name):
        if mistake.name == name:
            return mistake
    raise LookupError(f"the mistakes bank of {module_name} holds no {name}")


@cache
def _names_of(module_name: str, name: str, value: str | None) -> dict[str, Any]:
    mistake = find_mistake(module_name, name)
    return names_in(mistake.source(value), f"{module_name} with {name}")


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


# the page

HEADING = re.compile(r"## (?P<name>\S.*)")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CONSTANT = re.compile(r"(?P<name>[A-Z][A-Z_]*) = (?P<values>\S.*)")


def parse_bank(text: str, module_name: str, source: str) -> tuple[Mistake, ...]:
    """The mistakes on a page.

    Args:
        text: of `mistakes.md`.
        module_name: the kata, for messages.
        source: of the reference.

    Raises:
        BadBank: see `load_bank`.
    """
    lines = text.splitlines()
    fenced = _fenced(lines)
    headings = [i for i, line in enumerate(lines) if line.startswith("## ") and not fenced[i]]
    mistakes = [
        _parse_entry(lines[start:end], start + 1, module_name, source) for start, end in pairwise([*headings, len(lines)])
    ]
    seen: set[str] = set()
    for mistake in mistakes:
        if mistake.name in seen:
            raise BadBank(f"{module_name}: there are two mistakes {mistake.name} (line {mistake.line})")
        seen.add(mistake.name)
    return tuple(mistakes)


def _fenced(lines: Sequence[str]) -> list[bool]:
    """For each line, whether it stands inside a fence."""
    inside, found = False, []
    for line in lines:
        if line.startswith("```"):
            inside = not inside
        found.append(inside)
    return found


def _parse_entry(lines: Sequence[str], first: int, module_name: str, source: str) -> Mistake:
    """One entry; `first` is the line of its heading, counted from 1."""
    name = lines[0].removeprefix("## ").strip()

    def bad(what: str, line: int) -> BadBank:
        return BadBank(f"{module_name}: mistake {name}, line {line} of mistakes.md: {what}")

    if not NAME.fullmatch(name):
        raise bad("a mistake's name is made of lower-case words joined by hyphens", first)
    replacements: list[Replacement] = []
    tags: tuple[str, ...] = ()
    constant: Constant | None = None
    prose: list[str] = []
    at = 1
    while at < len(lines):
        line = lines[at]
        if line.startswith("```"):
            end = next((i for i in range(at + 1, len(lines)) if lines[i] == "```"), None)
            if end is None:
                raise bad("the fence is not closed", first + at)
            parse = {"```diff": edits.from_diff, "```python": edits.from_definitions}.get(line)
            if parse is None:
                raise bad(f"a fence is ```diff or ```python, not {line}", first + at)
            try:
                replacements += parse("\n".join(lines[at + 1 : end]), source)
            except BadEdit as error:
                raise bad(str(error), first + at + 1 + error.line) from None
            at = end
        elif line.startswith("Tags:"):
            tags = tuple(tag.strip() for tag in line.removeprefix("Tags:").split(","))
            unknown = [tag for tag in tags if tag not in TAGS]
            if unknown:
                raise bad(f"there is no tag {unknown[0]!r}", first + at)
        elif line.startswith("Try:"):
            given = CONSTANT.fullmatch(line.removeprefix("Try:").strip())
            if given is None:
                raise bad("a constant is given as `Try: NAME = value, value, ...`", first + at)
            constant = Constant(given["name"], tuple(value.strip() for value in given["values"].split(",")))
        else:
            prose.append(line)
        at += 1
    paragraphs = [" ".join(part.split()) for part in "\n".join(prose).split("\n\n")]
    explanation = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
    for missing, there in (("edit", replacements), ("explanation", explanation), ("tag", tags)):
        if not there:
            raise bad(f"it has no {missing}", first)
    ordered = tuple(sorted(replacements, key=lambda r: r.start))
    if any(one.touches(other) for one, other in pairwise(ordered)):
        raise bad("two parts of its edit touch", first)
    return Mistake(module_name, name, tags, explanation, ordered, constant, first)
