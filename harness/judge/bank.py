"""The mistakes bank of a kata: wrong solutions, each with the misconception behind it."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from types import ModuleType
from typing import Any


class FunctionMistake:
    """Base of a mistake in a kata of functions: each static method stands in for the function of its name."""


@dataclass(frozen=True)
class Mistake:
    """One entry of a bank.

    Attributes:
        name: the name of its class.
        explanation: paragraphs of one line each; the first says what is wrong, the others why and where it is common.
        names: maps a public name of the solution to what stands there instead.
        definition: the class in the bank.
    """

    name: str
    explanation: str
    names: dict[str, Any]
    definition: type

    def namespace(self, reference: ModuleType) -> dict[str, Any]:
        """The public names of a solution that makes this one mistake."""
        return {**public_names(reference), **self.names}


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


def load_bank(module_name: str) -> tuple[Mistake, ...]:
    """All mistakes of a kata, in the order in which its `mistakes.py` defines them."""
    module = importlib.import_module(f"katas.{module_name}.mistakes")
    reference = public_names(load_reference(module_name))
    return tuple(
        _mistake(definition, reference) for definition in public_names(module).values() if inspect.isclass(definition)
    )


def find_mistake(module_name: str, name: str) -> Mistake:
    """The mistake of that name in a kata's bank.

    Raises:
        LookupError: the bank holds no such mistake (any more).
    """
    for mistake in load_bank(module_name):
        if mistake.name == name:
            return mistake
    raise LookupError(f"the mistakes bank of {module_name} holds no {name}")


def _mistake(definition: type, reference: dict[str, Any]) -> Mistake:
    if issubclass(definition, FunctionMistake):
        names = {name: value.__func__ for name, value in vars(definition).items() if isinstance(value, staticmethod)}
        unknown = set(names) - set(reference)
    else:
        names = {base: definition for base, value in reference.items() if value in definition.__mro__}
        unknown = set()
    if not names or unknown:
        raise TypeError(
            f"mistake {definition.__name__} must subclass a class of the reference, or replace functions that it has"
        )
    paragraphs = inspect.cleandoc(definition.__doc__ or "").split("\n\n")
    explanation = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    return Mistake(definition.__name__, explanation, names, definition)
