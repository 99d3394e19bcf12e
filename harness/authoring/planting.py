"""Draws the mistakes of a bug hunt: several in one file, none of which hides another.

`kata hunt` calls it. What it promises is proved by running hidden tests, in this process, since everything here is ours:
whichever of the mistakes have been fixed, something fails while one is left, fixing any one of them changes what fails, and
a verdict can count those that are left.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from itertools import combinations

from harness.catalog import Kata
from harness.judge.bank import Mistake, compose, load_bank, names_in, reference_source
from harness.judge.collect import collect_checks
from harness.judge.diagnosis import left_of
from harness.judge.replay import Check, run_check
from harness.judge.verdict import Outcome
from harness.sandbox.local import LocalBackend

MAX_BUGS = 4
ORDERS = 12
"""In how many orders a bank is tried: in a short one, the first mistakes may leave no place for others."""

Planted = frozenset[Mistake]
Shown = tuple[Outcome, str]


class TooFew(ValueError):
    """The bank of the kata does not hold that many mistakes that can be told apart in one file."""


def draw_mistakes(
    kata: Kata,
    bugs: int,
    hunted: Collection[str],
    seed: int | None,
    suits: Callable[[Mistake], bool] = lambda mistake: True,
) -> list[Mistake]:
    """Mistakes to plant in one file, in the order of the reference's lines.

    Args:
        kata: whose bank.
        bugs: how many.
        hunted: names of those that come last, as they were hunted before.
        seed: the same seed draws the same mistakes, if `hunted` is the same too.
        suits: whether a mistake may be planted; it is asked of few.

    Raises:
        TooFew: no set of that size can be told apart.
    """
    bank = list(load_bank(kata.module))
    order, suits = random.Random(seed), cache(suits)
    trial = Trial(collect_checks(kata)) if bugs > 1 else None
    for _ in range(ORDERS):
        order.shuffle(bank)
        bank.sort(key=lambda mistake: mistake.name in hunted)
        if trial is None and (first := next(filter(suits, bank), None)):
            return [first]
        if trial is not None and (found := _gathered(trial, bank, bugs, suits)):
            return found
    raise TooFew(f"the mistakes bank of {kata.name} holds no {bugs} mistakes that can be told apart in one file")


def _gathered(trial: Trial, bank: Sequence[Mistake], bugs: int, suits: Callable[[Mistake], bool]) -> list[Mistake] | None:
    """That many mistakes of the bank, each the first that can join those before it; None where it ends too early."""
    chosen: list[Mistake] = []
    methods = {mistake: _methods(mistake) for mistake in bank}
    for apart in (True, False):  # from different methods where possible
        for mistake in bank:
            taken = set().union(*(methods[one] for one in chosen))
            if mistake in chosen or not all(mistake.composes_with(one) for one in chosen):
                continue
            if apart and methods[mistake] & taken:
                continue
            if not suits(mistake) or not trial.can_join(mistake, chosen):
                continue
            together = sorted([*chosen, mistake], key=lambda mistake: mistake.replacements[0].start)
            if len(together) < bugs:
                chosen.append(mistake)
            elif trial.can_be_counted(together):
                return together
    return None


class Trial:
    """Runs checks on files with several mistakes, and remembers what each showed.

    Args:
        checks: the kata's checks.
        seed: of their random inputs.
    """

    def __init__(self, checks: Sequence[Check], seed: int = 0) -> None:
        self._checks, self._seed = list(_in_turn(checks)), seed
        self._backends: dict[Planted, LocalBackend] = {}
        self._shown: dict[tuple[Planted, str], Shown] = {}
        self._telling: dict[Mistake, list[Check]] = {}

    def can_join(self, mistake: Mistake, others: Sequence[Mistake]) -> bool:
        """Whether it can be planted with the others: whichever of them are left, each is noticed and none hides another."""
        for size in range(len(others) + 1):
            for rest in combinations(others, size):
                planted = frozenset((mistake, *rest))
                if not self._is_noticed(planted):
                    return False
                if not all(self._changes(planted, one) for one in planted):
                    return False
        return True

    def can_be_counted(self, mistakes: Sequence[Mistake]) -> bool:
        """Whether a verdict on the file can say how many are left: it cannot where their results are random each time."""
        backend = self._backend(frozenset(mistakes))
        attempts = [(check, run_check(check, backend, "the solution", self._seed)) for check in self._checks]
        left = left_of(attempts, mistakes, self._seed)
        return left.exact and len(left.mistakes) == len(mistakes)

    def _is_noticed(self, planted: Planted) -> bool:
        return any(self.shown(planted, check)[0] is not Outcome.PASSED for check in self._likely(planted))

    def _changes(self, planted: Planted, fixed: Mistake) -> bool:
        """Whether fixing one changes what some check says."""
        left = planted - {fixed}
        return any(self.shown(planted, check) != self.shown(left, check) for check in self._likely(frozenset({fixed})))

    def _likely(self, planted: Planted) -> Iterator[Check]:
        """All checks; those first that any of the mistakes is known to fail."""
        known = {check.name: check for mistake in planted for check in self._telling.get(mistake, [])}
        yield from known.values()
        yield from (check for check in self._checks if check.name not in known)

    def shown(self, planted: Planted, check: Check) -> Shown:
        """How a check ends, and what it says, with these mistakes in the file."""
        if not planted:
            return Outcome.PASSED, ""  # the reference
        key = planted, check.name
        if key not in self._shown:
            attempt = run_check(check, self._backend(planted), "the solution", self._seed)
            self._shown[key] = attempt.outcome, attempt.message
            if len(planted) == 1 and attempt.outcome is not Outcome.PASSED:
                (mistake,) = planted
                self._telling.setdefault(mistake, []).append(check)
        return self._shown[key]

    def _backend(self, planted: Planted) -> LocalBackend:
        if planted not in self._backends:
            mistakes = sorted(planted, key=lambda mistake: mistake.name)
            label = f"{mistakes[0].module} with {len(mistakes)} mistakes"
            self._backends[planted] = LocalBackend(names_in(compose(mistakes), label))
        return self._backends[planted]


def _in_turn(checks: Sequence[Check]) -> Iterator[Check]:
    """One check of each hidden test function before a second one of any: different tests tell more than different sizes."""
    seen: dict[str, int] = {}
    order = []
    for position, check in enumerate(checks):
        function = check.name.partition("[")[0]
        seen[function] = seen.get(function, 0) + 1
        order.append((seen[function], position))
    return (checks[position] for _, position in sorted(order))


def _methods(mistake: Mistake) -> frozenset[str]:
    """The functions of the reference, by line, that its edit changes; what is outside of any counts as one."""
    functions = [node for node in ast.walk(ast.parse(reference_source(mistake.module))) if isinstance(node, ast.FunctionDef)]
    found = set()
    for replacement in mistake.replacements:
        line = replacement.start + 1
        around = [f for f in functions if f.lineno <= line <= (f.end_lineno or f.lineno)]
        inner = max(around, key=lambda f: f.lineno, default=None)
        found.add(f"{inner.lineno} {inner.name}" if inner else "")
    return frozenset(found)
