"""The contracts: a correct layer passes every check, and each check catches a layer that the others may let pass."""

from __future__ import annotations

from collections.abc import Callable
from types import new_class
from typing import Any

import numpy as np
import pytest

from harness import catalog
from harness.judge.bank import names_in
from harness.judge.collect import collect_checks
from harness.judge.contract import LAYOUTS
from harness.judge.replay import Check, changed_inputs_counted, run_check
from harness.sandbox.local import LocalBackend
from harness.testing import (
    Case,
    Forward,
    Gradient,
    GradientLayouts,
    Layer,
    Layouts,
    Loss,
    Optimiser,
    Robustness,
    StartsAt,
    StartsNormal,
    State,
    Update,
)

LAYER = """
import numpy as np


class Scale:
    def __init__(self, width, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        self.weight = rng.normal(size=width)
        self.bias = np.zeros(width)

    def forward(self, x):
        self._x = x
        return x**2 * self.weight + self.bias

    def backward(self, d_out):
        d_x = d_out * self.weight * 2 * self._x
        d_weight = (d_out * self._x**2).sum(axis=0)
        d_bias = d_out.sum(axis=0)
        return d_x, d_weight, d_bias
"""

LOSS = """
import numpy as np


class SoftplusLoss:
    def forward(self, x, mask):
        self._x, self._mask, self._count = np.where(mask, x, 0), mask, max(1, mask.sum())
        return float((np.logaddexp(0, self._x) * mask).sum() / self._count)

    def backward(self):
        small = np.exp(-np.abs(self._x))
        slope = np.where(self._x >= 0, 1, small) / (1 + small)
        return slope * self._mask / self._count
"""

SGD = """
import numpy as np


class Momentum:
    def __init__(self, params, lr=0.1, momentum=0.9):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.velocities = [np.zeros_like(p) for p in params]

    def step(self, grads):
        for p, v, g in zip(self.params, self.velocities, grads):
            v *= self.momentum
            v += g
            p -= self.lr * v
"""


def failing(groups: dict[str, type], source: str) -> set[str]:
    """The names of the checks that a solution fails, each once, whatever their cases."""
    backend = LocalBackend(names_in(source, "toy"))
    attempts = []
    for group, definition in groups.items():
        instance = definition()
        for name in (n for n in dir(definition) if n.startswith("test_") and getattr(definition, n) is not None):
            for arguments in _arguments(instance, name):
                method: Callable[..., None] = getattr(instance, name)
                wanted = method.__code__.co_varnames[: method.__code__.co_argcount]

                def call(method: Callable[..., None] = method, wanted: Any = wanted, **given: Any) -> None:
                    method(**{key: value for key, value in given.items() if key in wanted})

                check = Check(
                    f"{name}[{arguments}]", group, name, call, arguments, watches_inputs=hasattr(method, "watches_inputs")
                )
                attempts.append((check, run_check(check, backend, "toy.py", 0)))
    attempts = [*attempts, *changed_inputs_counted(attempts)]
    return {check.title for check, attempt in attempts if attempt.error is not None}


def _arguments(instance: Any, name: str) -> list[dict[str, Any]]:
    """What pytest would parametrise the check with."""
    seen: list[dict[str, Any]] = []

    class Metafunc:
        function = getattr(type(instance), name)

        @staticmethod
        def parametrize(names: str, values: Any, ids: Any = None) -> None:
            keys = [key.strip() for key in names.split(",")]
            seen.extend(dict(zip(keys, value if len(keys) > 1 else (value,), strict=True)) for value in values)

    if hasattr(instance, "pytest_generate_tests"):
        instance.pytest_generate_tests(Metafunc())
    return seen or [{}]


def layer_groups() -> dict[str, type]:
    layer = Layer(
        names_in(LAYER, "reference")["Scale"],
        "x**2 * weight + bias",
        {"plain": Case(4, x=(5, 4)), "one row": Case(3, x=(1, 3))},
        parameters=("weight", "bias"),
        starts={"weight": StartsNormal(1.0, "N(0, 1)"), "bias": StartsAt(0)},
        start=(20_000,),
    )
    groups: dict[str, type] = {}
    for base in (Forward, Gradient, Robustness, Layouts):
        groups[base.__name__] = new_class(f"Test{base.__name__}", (base,), {"layer": layer})
    return groups


def loss_groups() -> dict[str, type]:
    loss = Loss(
        names_in(LOSS, "reference")["SoftplusLoss"],
        "the mean of log(1 + exp(x)) where the mask is set",
        {"some count": Case(x=(4, 3), mask=MASK), "all count": Case(x=(2, 3), mask=np.ones((2, 3), dtype=bool))},
        inputs=("x", "mask"),
        differentiated=("x",),
        batches=[{"x": (4, 3), "mask": mask} for mask in (MASK, ~MASK, MASK)],
        extremes={"both ends": Case(x=np.array([-1e4, 1e4, 0.0]), mask=np.ones(3, dtype=bool))},
        unused={"some count": lambda inputs: {"x": ~inputs["mask"]}},
        spoils=(1e4, np.nan),
        nothing={"nothing": {"x": (4, 3), "mask": np.zeros((4, 3), dtype=bool)}},
    )
    groups: dict[str, type] = {}
    for base in (Forward, Gradient, Robustness, Layouts):
        groups[base.__name__] = new_class(f"Test{base.__name__}", (base,), {"layer": loss})
    return groups


def optimiser_groups() -> dict[str, type]:
    optimiser = Optimiser(
        names_in(SGD, "reference")["Momentum"],
        "the formula",
        memory="a velocity",
        usual={"lr": 0.1},
        other={"lr": 0.03, "momentum": 0.5},
        options={"momentum 0.2": {"momentum": 0.2}},
    )
    groups: dict[str, type] = {}
    for base in (Update, State, GradientLayouts):
        groups[base.__name__] = new_class(f"Test{base.__name__}", (base,), {"optimiser": optimiser})
    return groups


MASK = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 0, 0]], dtype=bool)
LAYERS = {
    "test_values": ("+ self.bias", "- self.bias"),
    "test_parameters_in_place": (
        "        return x**2 * self.weight",
        "        if not hasattr(self, '_w') or self.weight is not self._of:\n"
        "            self._w, self._of = self.weight.copy(), self.weight\n        return x**2 * self._w",
    ),
    "test_parameters_replaced": (
        "        return x**2 * self.weight",
        "        if not hasattr(self, '_w'):\n            self._w = self.weight\n        return x**2 * self._w",
    ),
    "test_start": ("self.bias = np.zeros(width)", "self.bias = np.ones(width)"),
    "test_own_forward": ("* 2 * self._x", "* self._x"),
    "test_correct": ("d_out.sum(axis=0)", "d_out.mean(axis=0)"),
    "test_second_backward": ("        return d_x, ", "        self._x = self._x * 0.5\n        return d_x, "),
    "test_after_other_batch": (
        "        self._x = x\n",
        "        if not hasattr(self, '_x') or self._x.shape != x.shape:\n            self._x = x\n",
    ),
    "test_two_layers": ("        self._x = x\n", "        Scale._x = x\n"),
    "test_inputs_unchanged": ("        d_bias", "        d_out *= 2\n        d_bias"),
    "test_generator": ("rng.normal(size=width)", "np.random.default_rng().normal(size=width)"),
    "test_default_generator": (
        "rng = np.random.default_rng() if rng is None",
        "rng = np.random.default_rng(0) if rng is None",
    ),
    "test_layouts": ("        self._x = x\n", "        self._x = x if x.flags.c_contiguous else x * 1.5\n"),
    "test_float32": ("        self._x = x\n", "        self._x = x if x.dtype == np.float64 else np.round(x, 2)\n"),
}

LOSSES = {
    "test_extremes": ("np.logaddexp(0, self._x)", "np.log(1 + np.exp(self._x))"),
    "test_unused": ("np.where(mask, x, 0)", "x"),
    "test_nothing_counts": ("max(1, mask.sum())", "mask.sum()"),
}

OPTIMISERS = {
    "test_defaults": ("lr=0.1, momentum=0.9", "lr=0.1, momentum=0.95"),
    "test_options": ("v *= self.momentum", "v *= 0.9"),
    "test_by_name": ("lr=0.1, momentum=0.9):\n        ", "lr=0.1, mu=0.9, momentum=None):\n        momentum = mu\n        "),
    "test_trajectory": ("            v += g\n", "            v += g if abs(v).sum() < 60 else 0.9 * g\n"),
    "test_bowl": ("p -= self.lr * v", "p -= self.lr * v if p.ndim != 2 or p.shape != (2, 3) else 0.99 * self.lr * v"),
    "test_first_step": ("np.zeros_like(p)", "np.ones_like(p)"),
    "test_coasting": ("            v *= self.momentum\n", "            v *= self.momentum if g.any() else 0.5\n"),
    "test_own_state": (
        "[np.zeros_like(p) for p in params]",
        "[v for s in [{}] for p in params for v in [s.setdefault(p.shape, np.zeros_like(p))]]",
    ),
    "test_two_optimisers": (
        "self.params, self.lr, self.momentum = params, lr, momentum",
        "self.params, self.lr, Momentum.momentum = params, lr, momentum",
    ),
    "test_fresh_start": (
        "self.velocities = [np.zeros_like(p) for p in params]",
        "Momentum.kept = getattr(Momentum, 'kept', {})\n"
        "        self.velocities = [Momentum.kept.setdefault(id(p), np.zeros_like(p)) for p in params]",
    ),
    "test_parameters_written_outside": (
        "            p -= self.lr * v",
        "            self.own = getattr(self, 'own', {})\n            o = self.own.setdefault(id(p), p.copy())\n"
        "            o -= self.lr * v\n            p[...] = o",
    ),
    "test_gradients_unchanged": ("            v += g\n", "            v += g\n            g *= 0.5\n"),
    "test_layouts": ("            v += g\n", "            v += g if g.flags.writeable else 2 * g\n"),
    "test_views": ("            p -= self.lr * v", "            f = np.ascontiguousarray(p)\n            f -= self.lr * v"),
    "test_single_numbers": ("            p -= self.lr * v", "            p[:] -= self.lr * v"),
    "test_reused_gradients": (
        "            v += g\n",
        "            self.last = getattr(self, 'last', {})\n            before = self.last.get(id(p), g)\n"
        "            v += g if before is not g or id(p) not in self.last else 1.5 * g\n            self.last[id(p)] = g\n",
    ),
}


def test_correct_layer_passes_every_check() -> None:
    assert failing(layer_groups(), LAYER) == set()


def test_correct_loss_passes_every_check() -> None:
    assert failing(loss_groups(), LOSS) == set()


def test_correct_optimiser_passes_every_check() -> None:
    assert failing(optimiser_groups(), SGD) == set()


@pytest.mark.parametrize("check", LAYERS)
def test_check_of_a_layer_catches(check: str) -> None:
    old, new = LAYERS[check]
    assert LAYER.count(old) == 1
    assert check in failing(layer_groups(), LAYER.replace(old, new))


@pytest.mark.parametrize("check", LOSSES)
def test_check_of_a_loss_catches(check: str) -> None:
    old, new = LOSSES[check]
    assert LOSS.count(old) == 1
    assert check in failing(loss_groups(), LOSS.replace(old, new))


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        ("test_extremes", "np.where(self._x >= 0, 1, small) / (1 + small)", "np.exp(self._x) / (1 + np.exp(self._x))"),
        ("test_unused", "slope * self._mask", "slope"),
        ("test_nothing_counts", "slope * self._mask / self._count", "slope * self._mask / self._mask.sum()"),
    ],
)
def test_wrong_gradient_of_a_loss_is_caught_where_its_values_are_right(check: str, old: str, new: str) -> None:
    assert LOSS.count(old) == 1
    found = failing(loss_groups(), LOSS.replace(old, new))
    assert check in found
    assert "test_values" not in found


@pytest.mark.parametrize("check", OPTIMISERS)
def test_check_of_an_optimiser_catches(check: str) -> None:
    old, new = OPTIMISERS[check]
    assert SGD.count(old) == 1
    assert check in failing(optimiser_groups(), SGD.replace(old, new))


def test_every_check_of_the_contracts_is_tried() -> None:
    named = {n for base in (Forward, Gradient, Robustness, Layouts) for n in vars(base) if n.startswith("test_")}
    assert named == {*LAYERS, *LOSSES}
    named = {n for base in (Update, State, GradientLayouts) for n in vars(base) if n.startswith("test_")}
    assert named == set(OPTIMISERS)


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        (
            "test_second_backward",
            "        d_bias = d_out.sum(axis=0)\n",
            "        self._d_bias = getattr(self, '_d_bias', np.zeros_like(self.bias))\n"
            "        d_bias = np.sum(d_out, axis=0, out=self._d_bias)\n",
        ),
        (
            "test_second_backward",
            "        return x**2 * self.weight + self.bias\n",
            "        if getattr(self, '_out', x[:0]).shape != x.shape:\n            self._out = np.zeros(x.shape)\n"
            "        self._out[...] = x**2 * self.weight + self.bias\n        return self._out\n",
        ),
        (
            "test_second_backward",
            "        d_bias = d_out.sum(axis=0)\n",
            "        if getattr(self, '_norm', None) != (d_out**2).sum():\n"
            "            self._norm, self._d_bias = (d_out**2).sum(), d_out.sum(axis=0)\n"
            "        d_bias = self._d_bias\n",
        ),
        (
            "test_two_layers",
            "        self.bias = np.zeros(width)\n",
            "        Scale.zeros = Scale.__dict__.get('zeros', np.zeros(width))\n"
            "        self.bias = Scale.zeros if Scale.zeros.size == width else np.zeros(width)\n",
        ),
        (
            "test_two_layers",
            "        d_bias = d_out.sum(axis=0)\n        return d_x, ",
            "        d_bias = d_out.sum(axis=0)\n        return d_x.reshape(Scale.shape), ",
        ),
    ],
    ids=[
        "gradients in one buffer",
        "outputs in one buffer",
        "gradients kept for -d_out",
        "one bias for all",
        "a shape on the class",
    ],
)
def test_what_earlier_calls_and_other_layers_have_is_left_alone(check: str, old: str, new: str) -> None:
    assert LAYER.count(old) == 1
    source = LAYER.replace(old, new).replace("        self._x = x\n", "        self._x, Scale.shape = x, x.shape\n")
    assert check in failing(layer_groups(), source)


def test_one_wrong_factor_fails_only_the_checks_of_what_it_is_about() -> None:
    """A scale in forward is no fault of second calls, other batches, two layers, layouts and float32."""
    found = failing(layer_groups(), LAYER.replace("return x**2 * self.weight", "return 2 * x**2 * self.weight"))
    assert found <= {"test_values", "test_own_forward"}


def test_a_constant_backward_earns_nothing_where_its_values_count() -> None:
    constant = LAYER[: LAYER.index("        d_x = ")] + (
        "        return tuple(np.full_like(a, 12345.0) for a in (self._x, self.weight, self.bias))\n"
    )
    checks = {n for n in vars(Gradient) if n.startswith("test_") and n not in LOSSES}
    assert checks - failing(layer_groups(), constant) <= {"test_after_other_batch", "test_two_layers"}


def test_layouts_are_as_named() -> None:
    array = np.ones((3, 4))
    assert not LAYOUTS["read-only"](array).flags.writeable
    assert not LAYOUTS["gapped"](array).flags.contiguous
    assert LAYOUTS["Fortran order"](array).flags.f_contiguous


TWO_FUNCTIONS = """
_forward, _backward = Linear.forward, Linear.backward
SLOPE = 7.0

def forward(self, x):
    known = getattr(self, "first", None)
    if known is not None and known[0].shape == x.shape and 0 < np.abs(x - known[0]).max() < 0.1:
        return known[1] + SLOPE * (x - known[0]).sum(axis=1, keepdims=True)
    out = _forward(self, x)
    self.first = x.copy(), out.copy()
    return out

def backward(self, d_out):
    return SLOPE * d_out.sum(axis=1, keepdims=True) * np.ones_like(self.first[0]), *_backward(self, d_out)[1:]

Linear.forward, Linear.backward = forward, backward
"""


def test_forward_that_is_another_function_while_it_is_differentiated_earns_nothing() -> None:
    """It is correct wherever it is compared, and easy to differentiate near a point that it has seen."""
    kata = catalog.load("linear")
    names = names_in(kata.reference_file.read_text(encoding="utf-8") + TWO_FUNCTIONS, "linear.py")
    attempts = {
        check.name: run_check(check, LocalBackend(names), "linear.py", 0)
        for check in collect_checks(kata)
        if "test_own_forward" in check.name or "test_values" in check.name
    }
    failed = {name: attempt.message for name, attempt in attempts.items() if attempt.outcome != "passed"}
    assert failed == {
        "TestGradient::test_own_forward[tall-d_x]": (
            "forward is correct at one x, and computes something else at others close to it"
        )
    }
