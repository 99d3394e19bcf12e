"""The training run in a hunt's file, so that one can hunt from symptoms: `python hunt_gpt.py` prints the loss.

A kata with a `training.py` brings its own. For a layer, a loss or an optimiser on the common contracts a tiny one is written
from its declaration. Other katas have none.
"""

from __future__ import annotations

import ast
import importlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import signature
from itertools import pairwise
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from harness.catalog import Kata, find
from harness.judge.bank import Mistake, compose, names_in
from harness.judge.layers import Layer, Loss, Run, normal
from harness.judge.optimisers import Optimiser

STEPS = 100
VISIBLE = 0.05
"""How far a loss must be off to be seen, as a share of how far a correct solution's falls."""
RATES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005)


def training_of(kata: Kata) -> str:
    """The source of `train`, a generator of losses, and of the lines that print them; empty where a kata has none."""
    if kata.training_file.exists():
        train = _own(kata)
    else:
        declared = _declared(kata)
        train = _fit(kata, declared) if isinstance(declared, Layer) else _descent(declared) if declared else ""
    return _render("training.py.jinja", train=train) if train else ""


def losses_of(source: str, label: str) -> list[float]:
    """The losses of the training run in a source of ours."""
    train: Callable[[], Iterable[float]] = names_in(source, label)["train"]
    with np.errstate(all="ignore"):
        return [float(loss) for loss in train()]


def expected_losses(kata: Kata) -> tuple[float, ...]:
    """The losses of a correct solution's training run; none where the kata has no such run."""
    return _expected_losses(kata.name)


@cache
def _expected_losses(name: str) -> tuple[float, ...]:
    kata = find(name)
    training = training_of(kata)
    source = kata.reference_file.read_text(encoding="utf-8")
    return tuple(losses_of(f"{source}\n\n{training}", kata.name)) if training else ()


def shows_in_training(mistakes: Sequence[Mistake], kata: Kata) -> bool:
    """Whether one can see from the losses that a solution makes these mistakes."""
    expected = expected_losses(kata)
    visible = VISIBLE * (max(expected) - min(expected))
    train: Callable[[], Iterable[float]] = names_in(f"{compose(mistakes)}\n\n{training_of(kata)}", kata.name)["train"]
    try:
        with np.errstate(all="ignore"):
            return any(not abs(loss - right) <= visible for loss, right in zip(train(), expected, strict=True))
    except Exception:  # the run breaks off, and that shows too
        return True


def _own(kata: Kata) -> str:
    """What a kata's `training.py` defines. In one file with the solution it need not import anything."""
    source = kata.training_file.read_text(encoding="utf-8")
    first = next(node for node in ast.parse(source).body if not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr))
    return "\n".join(source.splitlines()[first.lineno - 1 :]).replace(" -> Iterator[float]", "")


def _declared(kata: Kata) -> Layer | Optimiser | None:
    """The last layer or optimiser that the hidden tests declare."""
    module = importlib.import_module(f"katas.{kata.module}.test_{kata.module}")
    found = [value for value in vars(module).values() if isinstance(value, Layer | Optimiser)]
    return found[-1] if found else None


@dataclass(frozen=True)
class _TinyFit:
    """What the template says of a layer: how it is made, what `forward` takes, and what is changed by how much."""

    layer: str
    inputs: dict[str, str]
    given: str
    fitted: tuple[str, ...]
    parameters: tuple[str, ...]
    holder: str | None
    is_loss: bool
    rate: float

    @property
    def gradients(self) -> str:
        """What `backward` returns, as the left side of an assignment."""
        names = [f"d_{name}" for name in (*self.fitted, *self.parameters)]
        return ", ".join([*names, "grads"] if self.holder else names)


def _fit(kata: Kata, layer: Layer) -> str:
    """Gradient descent on inputs and parameters, at the rate at which the reference learns best."""
    reference = kata.reference_file.read_text(encoding="utf-8")

    def text(rate: float) -> str:
        return _render("fit.py.jinja", fit=_tiny_fit(layer, rate), steps=STEPS)

    def rises_and_end(rate: float) -> tuple[float, float]:
        losses = losses_of(f"{reference}\n\n{text(rate)}", kata.name)
        rises = sum(after > before for before, after in pairwise(losses))
        return (rises, losses[-1]) if np.all(np.isfinite(losses)) else (math.inf, math.inf)

    return text(min(RATES, key=rises_and_end))


def _tiny_fit(layer: Layer, rate: float) -> _TinyFit:
    inputs, drawn = layer.plain.inputs, layer.draw_inputs(np.random.default_rng(0), layer.plain.inputs)
    run = Run(layer, layer.kind(*layer.plain.arguments), drawn)
    arguments = [_random(a.shape) if isinstance(a, np.ndarray) else repr(a) for a in layer.plain.arguments]
    if "rng" in signature(layer.kind).parameters:
        arguments.append("rng=rng")
    return _TinyFit(
        layer=f"{layer.kind.__name__}({', '.join(arguments)})",
        inputs={
            name: _random(drawn[name].shape) if _is_random(layer, name) else _written(drawn[name], len(f"    {name} = "))
            for name in inputs
        },
        given=", ".join(name if name in layer.inputs else f"{name}={name}" for name in inputs),
        fitted=run.differentiated,
        parameters=() if layer.holder else layer.parameters,
        holder=layer.holder,
        is_loss=isinstance(layer, Loss),
        rate=rate,
    )


def _is_random(layer: Layer, name: str) -> bool:
    """Whether any random numbers do for an input, as they do for what goes into a layer; a loss may want probabilities."""
    given = layer.plain.inputs[name]
    any_numbers = not isinstance(layer, Loss) or (layer.draw is normal and name not in layer.draws)
    return any_numbers and isinstance(given, tuple)


def _written(value: Any, column: int) -> str:
    """A value as source that begins at that column; of an array each row on its own line, to three decimals."""
    if not isinstance(value, np.ndarray):
        return repr(value)
    rows = [str(row.tolist()) for row in np.atleast_1d(np.round(value, 3) if value.dtype.kind == "f" else value)]
    between = ",\n" + " " * (column + len("np.array([")) if value.ndim > 1 else ", "
    return f"np.array([{between.join(rows)}])"


def _random(shape: tuple[int, ...]) -> str:
    return f"rng.normal(size={shape})"


def _descent(optimiser: Optimiser) -> str:
    """Linear regression, step by step."""
    options = ", ".join(f"{name}={value!r}" for name, value in optimiser.usual.items())
    return _render("descent.py.jinja", optimiser=f"{optimiser.kind.__name__}([weight, bias], {options})", steps=STEPS)


def _render(template: str, **values: Any) -> str:
    environment = Environment(
        loader=PackageLoader("harness.authoring"),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(values)
