"""What hidden tests say about random results: distributions, generators, and properties instead of values."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from harness.judge.assertions import CheckFailed, assert_close
from harness.sandbox.proxy import Solution

Check = TypeVar("Check", bound=Callable[..., None])

DRAWS = 4000
"""How often a distribution is drawn from. See `assert_frequencies` for what that many draws find."""

CHANCE = 1e-9
"""The probability that a correct solution fails a check of a distribution."""


def note(solution: Solution, **properties: Any) -> None:
    """Write down properties of what came back, for a check that `by_properties` marks."""
    solution._transcript.notes.extend(properties.items())


def by_properties(check: Check) -> Check:
    """Marks a check of random results: the diagnosis compares the message and the noted properties, not the values."""
    check.__dict__["compares_properties"] = True
    return check


def assert_normal(solution: Solution, sample: Any, std: float, what: str) -> None:
    """Fail unless the sample looks drawn from N(0, std**2).

    Mean, variance and fourth moment must each lie within 6 standard errors of what they should be (for n values:
    std/sqrt(n), var*sqrt(2/n) and var**2*sqrt(96/n)). A correct solution fails with a probability of about 6e-9, so draw at
    least 20,000 values: then a variance that is off by 6 % is found.
    """
    value = np.asarray(sample, dtype=np.float64)
    n = value.size
    mean, variance, fourth = value.mean() / std, np.mean(value**2) / std**2, np.mean(value**4) / std**4
    note(solution, std_ratio=float(np.sqrt(variance)), fourth_moment=float(fourth))
    if abs(variance - 1) > 6 * np.sqrt(2 / n):
        raise CheckFailed(f"{what} has a standard deviation of {np.std(value):.4g}, expected {std:.4g}")
    if abs(mean) > 6 / np.sqrt(n):
        raise CheckFailed(f"{what} has a mean of {value.mean():.4g}, expected 0")
    if abs(fourth - 3) > 6 * np.sqrt(96 / n):
        raise CheckFailed(f"{what} is not normally distributed (its fourth moment is {fourth:.2f} sigma^4, expected 3)")


def chi_square_bound(degrees: int, chance: float = CHANCE) -> float:
    """The value that chi-square with so many degrees of freedom exceeds with that probability, by bisection."""
    low, high = 0.0, 100.0 * (degrees + 10)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _exceeds(middle, degrees) > chance else (low, middle)
    return high


def _exceeds(value: float, degrees: int) -> float:
    """The probability that chi-square exceeds a value: Q(a, x) with a = degrees/2 and x = value/2.

    Q(1/2, x) = erfc(sqrt(x)), Q(1, x) = exp(-x), and Q(a + 1, x) = Q(a, x) + x**a exp(-x) / Gamma(a + 1).
    """
    x = value / 2
    a = 0.5 if degrees % 2 else 1.0
    total = math.erfc(math.sqrt(x)) if degrees % 2 else math.exp(-x)
    while a < degrees / 2:
        total += math.exp(a * math.log(x) - x - math.lgamma(a + 1)) if x else 0.0
        a += 1
    return total


def assert_frequencies(solution: Solution, counts: np.ndarray, probabilities: np.ndarray, what: str) -> None:
    """Fail unless the counts look drawn with these probabilities (Pearson's chi-square, bound at p = 1e-9).

    What it finds: n draws from another distribution q give a chi-square of n * sum((q - p)**2 / p) above its degrees of
    freedom. The bound for four outcomes is 45, so with 4,000 draws a distribution for which that sum is 0.0105 is found in
    half of the runs, and one with 0.022 in 99 of 100. With p = (.5, .3, .15, .05), a temperature of 1.2 where 1 is meant
    has a sum of 0.012, and one of 1.33 a sum of 0.029. Outcomes that are expected fewer than 5 times are counted together,
    so that the approximation holds.

    Args:
        solution: whose check this is; the share of each outcome is noted for the diagnosis.
        counts: how often each outcome came, shape `(V,)`.
        probabilities: of each outcome, shape `(V,)`; where one is 0, the outcome must not come at all.
        what: the name of what was drawn, in messages.
    """
    draws = int(counts.sum())
    note(solution, shares=counts / max(draws, 1))
    impossible = np.flatnonzero((probabilities == 0) & (counts > 0))
    if len(impossible):
        raise CheckFailed(f"{what}: {impossible[0]} came {counts[impossible[0]]} times, but its probability is 0")
    expected = draws * probabilities
    rare = expected < 5
    seen, due = counts[~rare], expected[~rare]
    if expected[rare].sum() >= 5:
        seen, due = np.append(seen, counts[rare].sum()), np.append(due, expected[rare].sum())
    statistic = float(np.sum((seen - due) ** 2 / due))
    if len(due) > 1 and statistic > chi_square_bound(len(due) - 1):
        worst = int(np.argmax(np.abs(counts - expected)))
        raise CheckFailed(
            f"{what}: of {draws} draws {counts[worst]} gave {worst}, expected about {expected[worst]:.0f}; "
            f"chi-square is {statistic:.0f}, and a correct solution exceeds {chi_square_bound(len(due) - 1):.0f} "
            "once in a thousand million runs"
        )


def assert_honours_generator(solution: Solution, draw: Callable[[np.random.Generator], Any], what: str) -> None:
    """Fail unless `draw` gives equal arrays for equal generators and different ones for different generators.

    Args:
        solution: whose check this is; what was found is noted for the diagnosis.
        draw: builds something with the generator that it is given, and returns the random array.
        what: the array's name in messages.
    """
    first, again, other = (np.asarray(draw(np.random.default_rng(seed))) for seed in (5, 5, 6))
    note(solution, repeated=np.array_equal(first, again), follows_seed=not np.array_equal(first, other))
    if not np.array_equal(first, again):
        raise CheckFailed(f"{what} differs between two generators with the same seed: draw only from `rng`")
    if np.array_equal(first, other):
        raise CheckFailed(f"{what} is the same for generators with different seeds: draw it from `rng`")


# how parameters start


@dataclass(frozen=True)
class StartsNormal:
    """A parameter that starts as N(0, std**2); it should have 20,000 elements or more. `formula` is for its title."""

    std: float
    formula: str
    random = True

    def __str__(self) -> str:
        return f"as {self.formula}"

    def judge(self, solution: Solution, value: Any, name: str) -> None:
        """Fail unless the parameter's first value is right."""
        assert_normal(solution, value, self.std, name)


@dataclass(frozen=True)
class StartsAt:
    """A parameter that starts with this number everywhere."""

    value: float
    random = False

    def __str__(self) -> str:
        return f"at {self.value:g}"

    def judge(self, solution: Solution, value: Any, name: str) -> None:
        """Fail unless the parameter's first value is right."""
        array = np.asarray(value, dtype=np.float64)
        constant = bool(np.all(array == array.flat[0]))
        note(solution, constant=constant, value=float(array.flat[0]) if constant else 0.0)
        assert_close(value, np.full(np.shape(value), self.value), name)


Start = StartsNormal | StartsAt
