"""Which mistakes do the failed checks show? The smallest set of the bank that explains them, or none.

A learner who is told a wrong reason looks for it for an hour, so a name needs evidence:

1. A failed check is replayed, same seed, against a mistake in this process, and the transcripts are compared component by
   component (`comparison`). A mistake fits where it gives what the learner gave, and something wrong among it; a replay is
   broken off at the first component that is neither the learner's nor the reference's.
2. What fits must show three distinct wrong numbers over all the checks that it explains; or explain all failing checks with
   fewer; or show a wrong shape, dtype, property or changed array, lost digits, or accept the same bad arguments. The latter
   two only where nothing else in the bank does so. An exception, NaN or zeros everywhere prove nothing, nor does a warning
   unless it is all that is wrong.
3. Whoever makes a mistake must fail what it fails, in the way in which it does. Each check that it fails and the learner
   passes, or fails otherwise, weighs as much as `CONTRADICTED` checks that it explains. What only follows from a wrong
   answer that both gave does not count, nor what happens in other layouts or to bad arguments.

The first mistake is the one that explains most; then the bank is searched for one which, composed with those found, explains
most of the rest. A mistake that touches several functions may also be made in one of them only. Where no single mistake
explains a check, pairs are tried that begin with one which fits in part. Where nothing fits, `patterns` looks at the wrong
numbers themselves.

In a bug hunt it is known which mistakes there were, so `left_of` asks something simpler: which of them are still there.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from harness.judge.assertions import CheckFailed
from harness.judge.bank import Mistake, compose, load_reference, names_in, public_names
from harness.judge.comparison import FEW, Deviated, Fit, Follower, Match, Parts, Support, Trace, all_same, answers
from harness.judge.patterns import describe_difference
from harness.judge.replay import Attempt, Check, run_check
from harness.judge.verdict import Cause, Diagnosis, Outcome
from harness.sandbox.local import LocalBackend
from harness.sandbox.transcript import Transcript

Failure = tuple[Check, Attempt]

SECONDS = 1.5
LEFT_SECONDS = 10.0
MAX_MISTAKES = 3
MAX_PROBES = 8
MAX_PAIR_PROBES = 2
MAX_HALVES = 4
PAIR_SECONDS = 1.2
"""CPU time for all pairs."""
WEIGHT = {Match.FULL: 2, Match.PART: 1, Match.NONE: 0}
PROPERTY_RTOL = 0.05
CONTRADICTED = 4
"""How many checks that a mistake explains make up for one that speaks against it."""
NUMBERS = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?(, -?\d+(\.\d+)?(e[-+]?\d+)?)*")
UNIQUE_KINDS = {Trace.ACCEPTED, Trace.SHAPE, Trace.DTYPE, Trace.ROUNDING, Trace.PROPERTIES, Trace.CHANGES}
ASIDE = ("layouts", "errors")
"""Groups in which it depends on how the rest is written what a mistake does; they count only for what shows there alone."""
NO_FIT = Fit(Match.NONE, Support())


@dataclass(frozen=True)
class Suspect:
    """Mistakes of the bank in one file, each with a value for its constant."""

    mistakes: tuple[Mistake, ...]
    values: tuple[str | None, ...]

    @cached_property
    def key(self) -> tuple[tuple[str, str, str | None], ...]:
        return tuple((m.name, m.place, value) for m, value in zip(self.mistakes, self.values, strict=True))

    def names(self) -> Mapping[str, Any]:
        """The public names of a solution that makes these mistakes."""
        return names_in(compose(self.mistakes, self.values), f"{self.mistakes[0].module} with a mistake")

    @cached_property
    def places(self) -> frozenset[str]:
        """The functions that they are made in."""
        return frozenset(place for mistake in self.mistakes for place in mistake.places if place)

    def plus(self, mistake: Mistake, value: str | None) -> Suspect:
        """The same and one more."""
        return Suspect((*self.mistakes, mistake), (*self.values, value))


@dataclass
class Account:
    """What a suspect explains of the failing checks."""

    suspect: Suspect
    explained: list[Check] = field(default_factory=list)
    partly: list[Check] = field(default_factory=list)
    contradicted: list[Check] = field(default_factory=list)
    evidence: Support = field(default_factory=Support)

    @property
    def rank(self) -> tuple[int, int, int]:
        return len(self.explained), len(self.partly), -len(self.contradicted)

    @property
    def has_numbers(self) -> bool:
        return len(self.evidence.numbers) >= FEW


@dataclass(frozen=True)
class Findings:
    """What the diagnosis found out.

    Attributes:
        by_check: for each failed check, by name, the mistakes that it shows, or a pattern of its numbers.
        mistakes: all that were found, the one that explains most first.
        unexplained: names of the failing checks that show something else.
    """

    by_check: dict[str, tuple[Diagnosis, ...]]
    mistakes: tuple[Mistake, ...] = ()
    unexplained: tuple[str, ...] = ()


Replays = Mapping[str, Mapping[str, Attempt]]


def diagnose(
    attempts: Sequence[tuple[Check, Attempt]],
    bank: Sequence[Mistake],
    seed: int,
    seconds: float = SECONDS,
    replays: Replays | None = None,
) -> Findings:
    """Find the mistakes behind a run's failed checks.

    Args:
        attempts: every check of the run with the learner's attempt.
        bank: the kata's mistakes.
        seed: the run's seed.
        seconds: when to stop looking; what was found by then stands.
        replays: where the caller has run mistakes of the bank with this seed already: by mistake, then by check.
    """
    search = _Search(attempts, bank, seed, seconds, replays or {})
    found = search.run()
    by_check: dict[str, tuple[Diagnosis, ...]] = {}
    unexplained = []
    for check, attempt in search.failed:
        mistakes = search.relevant(check, found)
        by_check[check.name] = tuple(Diagnosis(m.name, m.explanation) for m in mistakes) or _pattern(attempt)
        if not mistakes and attempt.cause is not Cause.NOT_REJECTED:
            unexplained.append(check.name)
    for check, attempt in attempts:
        if attempt.outcome in (Outcome.TIMEOUT, Outcome.CRASHED):
            unexplained.append(check.name)
    mistakes = found.mistakes if found else ()
    return Findings(by_check, mistakes, tuple(unexplained))


@dataclass(frozen=True)
class Left:
    """The planted mistakes that a file still shows. `exact` means that they account for everything that fails."""

    mistakes: tuple[Mistake, ...]
    exact: bool


def left_of(
    attempts: Sequence[tuple[Check, Attempt]], planted: Sequence[Mistake], seed: int, seconds: float = LEFT_SECONDS
) -> Left:
    """Which of the mistakes that were planted in a file are still in it.

    Args:
        attempts: every check of the run with the learner's attempt.
        planted: mistakes of one bank that compose.
        seed: the run's seed.
        seconds: when to stop looking.
    """
    search = _Search(attempts, planted, seed, seconds, {})
    sets = [
        Suspect(some, (None,) * len(some)) for size in range(1, len(planted) + 1) for some in combinations(planted, size)
    ]
    whole, in_time = search.all_of_it(sets)
    if whole:
        return Left(whole.mistakes, exact=in_time)
    seen = {mistake for suspect in search.parts_of_it(sets) for mistake in suspect.mistakes}
    return Left(tuple(mistake for mistake in planted if mistake in seen), exact=False)


class _Search:
    """One search, with all replays that were made."""

    def __init__(
        self,
        attempts: Sequence[tuple[Check, Attempt]],
        bank: Sequence[Mistake],
        seed: int,
        seconds: float,
        replays: Replays,
    ) -> None:
        self.failed = [(c, a) for c, a in attempts if a.outcome in (Outcome.FAILED, Outcome.ERROR)]
        self._failing = [(check, attempt) for check, attempt in self.failed if _can_be_followed(attempt)]
        self._passed = [(c, a) for c, a in attempts if a.outcome is Outcome.PASSED]
        self._bank, self._seed = bank, seed
        self._replays = {(name, check): a for name, of_check in replays.items() for check, a in of_check.items()}
        self._give_up = time.perf_counter() + seconds
        self._pairs_until = float("inf")
        self._reference: dict[str, Attempt] = {}
        self._fits: dict[tuple[Any, str], Fit] = {}
        self._answers: dict[str, list[Parts]] = {}
        self._names: dict[Any, Mapping[str, Any]] = {}
        self._deviations: dict[Any, int] = {}
        self._alike_in: dict[tuple[Any, str], bool] = {}

    def run(self) -> Suspect | None:
        """The smallest set of mistakes that explains most of the failing checks."""
        found: Suspect | None = None
        rest = self._failing
        while rest and (found is None or len(found.mistakes) < MAX_MISTAKES):
            best = self._next(found, rest) or (None if found else self._pair(rest))
            if best is None:
                break
            found = best
            rest = [one for one in self._failing if self._fit(best, *one).match is not Match.FULL]
        return found

    def _next(self, found: Suspect | None, rest: Sequence[Failure]) -> Suspect | None:
        """The mistake, or the part of one, that together with those found explains most of what is left."""
        for probe in _probes(rest):
            for base in self._bases(found):
                suspects = [one for one in self._with(base, self._choice) if self._fit(one, *probe).match is Match.FULL]
                best = self._best(suspects, rest)
                if best is not None:
                    return best
        return None

    def _bases(self, found: Suspect | None) -> Iterator[Suspect | None]:
        """What the next mistake is added to: those found, and the same made everywhere if it was in one function only."""
        yield found
        if found and any(mistake.place for mistake in found.mistakes):
            whole = {mistake.name: mistake for mistake in self._bank}
            yield Suspect(tuple(whole[mistake.name] for mistake in found.mistakes), found.values)

    @cached_property
    def _choice(self) -> Sequence[Mistake]:
        """The bank, and each mistake in part."""
        return [*self._bank, *(part for mistake in self._bank for part in mistake.parts())]

    def _pair(self, rest: Sequence[Failure]) -> Suspect | None:
        """Two mistakes that explain together what neither does alone."""
        self._pairs_until = time.process_time() + PAIR_SECONDS
        found = self._pair_with_half(rest)
        self._pairs_until = float("inf")
        return found

    def _pair_with_half(self, rest: Sequence[Failure]) -> Suspect | None:
        """One that fits somewhere or in part, and another."""
        for one in self._half_right()[:MAX_HALVES]:
            left = [failure for failure in rest if self._fit(one, *failure).match is not Match.FULL]
            for probe in _probes(left)[:MAX_PAIR_PROBES]:
                suspects = [two for two in self._with(one, self._bank) if self._fit(two, *probe).match is Match.FULL]
                best = self._best([two for two in suspects if self._needs_both(two)], rest)
                if best is not None:
                    return best
        return None

    def _needs_both(self, pair: Suspect) -> bool:
        """Whether it explains more than either of its mistakes does alone."""
        alone = [Suspect((mistake,), (value,)) for mistake, value in zip(pair.mistakes, pair.values, strict=True)]
        return all(len(self._explained(pair)) > len(self._explained(one)) for one in alone)

    def _explained(self, suspect: Suspect) -> list[Check]:
        return [check for check, attempt in self._failing if self._fit(suspect, check, attempt).match is Match.FULL]

    def _half_right(self) -> list[Suspect]:
        """Single mistakes that were found to fit a failing check, or part of one; those that fit most first."""
        weights: dict[Any, int] = {}
        for (key, _), fit in self._fits.items():
            weights[key] = weights.get(key, 0) + WEIGHT[fit.match]
        singles = [Suspect((mistake,), (value,)) for mistake in self._choice for value in mistake.values]
        half_right = [one for one in singles if weights.get(one.key)]
        return sorted(half_right, key=lambda one: weights[one.key], reverse=True)

    def _with(self, found: Suspect | None, choice: Sequence[Mistake]) -> Iterator[Suspect]:
        """Each of these mistakes, added to those found already."""
        for mistake in choice:
            if found and not all(mistake.composes_with(other) for other in found.mistakes):
                continue
            for value in mistake.values:
                if self._is_late():
                    return
                suspect = found.plus(mistake, value) if found else Suspect((mistake,), (value,))
                hopeless = (1 + CONTRADICTED) * self._deviations.get(suspect.key, 0) >= len(self._failing)
                if not hopeless and self._loaded(suspect):
                    yield suspect

    def _is_late(self) -> bool:
        return time.perf_counter() > self._give_up or time.process_time() > self._pairs_until

    def _loaded(self, suspect: Suspect) -> Mapping[str, Any]:
        """Its public names; none where two edits change neighbouring lines of which one cannot stand without the other."""
        if suspect.key not in self._names:
            try:
                self._names[suspect.key] = suspect.names()
            except SyntaxError:
                self._names[suspect.key] = {}
        return self._names[suspect.key]

    def all_of_it(self, suspects: Sequence[Suspect]) -> tuple[Suspect | None, bool]:
        """The first of those that fail every check in the way that the learner's file does, and whether time sufficed.

        Once a single one is left, it is asked for a check of each hidden test function, and trusted with the others.
        """
        left = list(suspects)
        # a replay that can be followed is broken off at the first other answer; one that cannot may take long
        quick, slow = _in_turn(self._failing), [one for one in self.failed if not _can_be_followed(one[1])]
        functions = len({check.name.partition("[")[0] for check, _ in quick}) or 1
        for number, failure in enumerate([*quick, *slow]):
            if len(left) == 1 and number >= functions:
                break
            if time.perf_counter() > self._give_up:
                return (left[0] if number and left else None), False
            left = [suspect for suspect in left if self._fails_alike(suspect, *failure)]
        return (left[0] if left and self.failed else None), True

    def parts_of_it(self, suspects: Sequence[Suspect]) -> Iterator[Suspect]:
        """For each of some failing checks, the first of the suspects that fails it in the same way."""
        for failure in _probes(self.failed):
            for suspect in suspects:
                if time.perf_counter() > self._give_up:
                    return
                if self._fails_alike(suspect, *failure):
                    yield suspect
                    break

    def _fails_alike(self, suspect: Suspect, check: Check, attempt: Attempt) -> bool:
        """Whether it fails a check with the same answers, right ones included."""
        key = suspect.key, check.name
        if key not in self._alike_in:
            self._alike_in[key] = self._fresh_alike(suspect, check, attempt)
        return self._alike_in[key]

    def _fresh_alike(self, suspect: Suspect, check: Check, attempt: Attempt) -> bool:
        if attempt.cause is Cause.NOT_REJECTED:
            return _fit_of_acceptance(attempt, self._replay(suspect, check)).match is Match.FULL
        if attempt.cause is Cause.CHANGED_INPUT and not attempt.transcript.changes:
            return True  # calls of other checks did it, and those are replayed for themselves
        if not _can_be_followed(attempt):
            replay = self._replay(suspect, check)
            return replay.outcome is attempt.outcome and replay.cause is attempt.cause
        if check.compares_properties:
            return _fit_of_properties(attempt, self._replay(suspect, check)).match is Match.FULL
        follower = Follower(answers(attempt.transcript.values), ())
        try:
            replay = self._followed(suspect, check, follower)
        except Deviated:
            return False
        if attempt.cause is Cause.CHANGED_INPUT:
            return _fit_of_changes(attempt, replay, follower).match is Match.FULL
        return replay.outcome is attempt.outcome and follower.fit().match is Match.FULL

    def relevant(self, check: Check, found: Suspect | None) -> tuple[Mistake, ...]:
        """Those of the found mistakes that a failing check shows: as few of them as explain it."""
        if found is None:
            return ()
        attempt = next((attempt for failing, attempt in self._failing if failing is check), None)
        if attempt is None:
            return ()
        for mistake, value in zip(found.mistakes, found.values, strict=True):
            if self._explains(Suspect((mistake,), (value,)), check, attempt):
                return (mistake,)
        return found.mistakes if self._explains(found, check, attempt) else ()

    def _explains(self, suspect: Suspect, check: Check, attempt: Attempt) -> bool:
        fit = self._fit(suspect, check, attempt)
        return fit.match is Match.FULL or fit.follows

    def _best(self, suspects: Sequence[Suspect], rest: Sequence[Failure]) -> Suspect | None:
        """The suspect that explains most and stands up to all rules, or None; the evidence is what is left to explain."""
        cases = sorted((self._case(suspect, rest) for suspect in suspects), key=lambda case: case.rank, reverse=True)
        best, most = None, 0
        for case in cases:
            if len(case.explained) <= most:
                break
            worth = self._worth(case)
            if worth > most and (case.has_numbers or self._is_unique(case, cases, rest)):
                best, most = case.suspect, worth
        return best

    def _worth(self, case: Account) -> int:
        """How many checks speak for the suspect, less what speaks against it; 0 where it is not to be believed."""
        aside = () if all(check.group in ASIDE for check in case.explained) else ASIDE
        against = [check for check in case.contradicted if check.group not in aside]
        contradicted = sum(self._replay(case.suspect, check).outcome is not Outcome.PASSED for check in against)
        worth = len(case.explained) - CONTRADICTED * contradicted
        # arguments are checked apart from the rest: what a mistake accepts counts only where this is all that it explains
        only_accepts = case.evidence.kinds == {Trace.ACCEPTED}
        for check, attempt in self._passed:
            if worth <= 0:
                return 0
            if check.group in aside:
                continue
            replay = self._replay(case.suspect, check)
            if replay.outcome is Outcome.PASSED or (replay.cause is Cause.NOT_REJECTED and not only_accepts):
                continue
            if not self._comes_after(case.suspect, check, attempt, replay):
                worth -= CONTRADICTED
        return max(worth, 0)

    def _comes_after(self, suspect: Suspect, check: Check, attempt: Attempt, replay: Attempt) -> bool:
        """Whether a mistake fails a check that the learner passes only in what follows from a wrong answer of both."""
        if check.compares_properties or not suspect.places:
            return False
        follower = Follower(
            answers(attempt.transcript.values), answers(self._right(check).transcript.values), suspect.places
        )
        try:
            for index, (call, value) in enumerate(replay.transcript.values):
                follower(index, call, value)
        except Deviated:
            return False
        return follower.explained_in_place

    def _case(self, suspect: Suspect, rest: Sequence[Failure]) -> Account:
        case = Account(suspect)
        open_ones = {check.name for check, _ in rest}
        for check, attempt in self._failing:
            fit = self._fit(suspect, check, attempt)
            if fit.match is Match.NONE:
                case.contradicted.append(check)
            else:
                (case.explained if fit.match is Match.FULL else case.partly).append(check)
                if check.name in open_ones:
                    case.evidence.add(fit.evidence)
        return case

    def _is_unique(self, case: Account, others: Sequence[Account], rest: Sequence[Failure]) -> bool:
        """Whether it shows something that no other mistake of the bank does, short of three numbers."""
        kinds = case.evidence.kinds
        explained = {check.name for check in case.explained}
        explains_all = all(check.name in explained for check, _ in rest)
        fits_most = len(case.explained) >= FEW and 2 * (len(case.explained) + len(case.partly)) > len(rest)
        explains_most = explains_all or fits_most
        alone = UNIQUE_KINDS | ({Trace.NUMBERS, Trace.WARNING} if explains_all else set())
        if not (kinds & alone or (Trace.PLACES in kinds and explains_most)):
            return False
        rivals = [other for other in others if other is not case and {c.name for c in other.explained} >= explained]
        less = self._worth(case) - CONTRADICTED  # something speaks against such a rival
        return all(self._alike(case.suspect, other.suspect) or self._worth(other) <= max(less, 0) for other in rivals)

    def _alike(self, one: Suspect, other: Suspect) -> bool:
        """Whether two suspects give the same in every failing check."""
        return all(all_same(self._values(one, check), self._values(other, check)) for check, _ in self._failing)

    def _values(self, suspect: Suspect, check: Check) -> list[Any]:
        return [value for _, value in self._replay(suspect, check).transcript.values]

    def _fit(self, suspect: Suspect, check: Check, attempt: Attempt) -> Fit:
        key = suspect.key, check.name
        if key not in self._fits:
            self._fits[key] = self._fresh_fit(suspect, check, attempt)
        return self._fits[key]

    def _fresh_fit(self, suspect: Suspect, check: Check, attempt: Attempt) -> Fit:
        if check.compares_properties:
            return _fit_of_properties(attempt, self._replay(suspect, check))
        if attempt.cause is Cause.NOT_REJECTED:
            return _fit_of_acceptance(attempt, self._replay(suspect, check))
        if check.name not in self._answers:
            self._answers[check.name] = answers(attempt.transcript.values)
        learner, right = self._answers[check.name], answers(self._right(check).transcript.values)
        follower = Follower(learner, right, suspect.places)
        try:
            replay = self._followed(suspect, check, follower)
        except Deviated:
            self._deviations[suspect.key] = self._deviations.get(suspect.key, 0) + 1
            return NO_FIT
        fit = follower.fit()
        if replay.outcome is Outcome.PASSED:
            follows = not follower.leaves_wrong_answers
            return Fit(Match.PART, fit.evidence, follows) if follower.explained_in_place else NO_FIT
        if attempt.cause is Cause.CHANGED_INPUT:
            return _fit_of_changes(attempt, replay, follower)
        if follower.found_nothing and replay.message == attempt.message:  # what the check saw, it saw by other means
            return Fit(Match.FULL, Support(kinds={Trace.WARNING if attempt.cause is Cause.WARNED else Trace.NOTHING}))
        if fit.match is Match.FULL and replay.outcome is not attempt.outcome:
            follows = not follower.leaves_wrong_answers
            return Fit(Match.PART, fit.evidence, follows) if follower.explained_in_place else NO_FIT
        return fit

    def _followed(self, suspect: Suspect, check: Check, follower: Follower) -> Attempt:
        """A replay that the follower may break off."""
        known = self._known(suspect, check)
        if known is None:
            return self._run(suspect, check, Transcript(listener=follower))
        for index, (call, value) in enumerate(known.transcript.values):
            follower(index, call, value)
        return known

    def _replay(self, suspect: Suspect, check: Check) -> Attempt:
        return self._known(suspect, check) or self._run(suspect, check)

    def _run(self, suspect: Suspect, check: Check, transcript: Transcript | None = None) -> Attempt:
        return run_check(check, LocalBackend(self._loaded(suspect)), "", self._seed, transcript)

    def _known(self, suspect: Suspect, check: Check) -> Attempt | None:
        if len(suspect.mistakes) > 1 or suspect.mistakes[0].place:
            return None
        if suspect.values[0] not in (None, suspect.mistakes[0].values[0]):
            return None
        return self._replays.get((suspect.mistakes[0].name, check.name))

    def _right(self, check: Check) -> Attempt:
        if check.name not in self._reference:
            backend = LocalBackend(public_names(load_reference(self._bank[0].module)))
            self._reference[check.name] = run_check(check, backend, "", self._seed)
        return self._reference[check.name]


def _probes(failing: Sequence[Failure]) -> list[Failure]:
    """Failing checks to begin with."""
    return _in_turn(failing)[:MAX_PROBES]


def _in_turn(failing: Sequence[Failure]) -> list[Failure]:
    """Failing checks: one of each hidden test function before a second one of any, and short ones first.

    Replays of random results come last: they cannot be broken off.
    """
    seen: dict[str, int] = {}
    order = []
    for position, (check, attempt) in enumerate(failing):
        function = check.name.partition("[")[0]
        seen[function] = seen.get(function, 0) + 1
        order.append((check.compares_properties, seen[function], len(attempt.transcript.exchanges), position))
    return [failing[position] for *_, position in sorted(order)]


def _can_be_followed(attempt: Attempt) -> bool:
    """Whether its transcript can tell something."""
    transcript = attempt.transcript
    return transcript.complete and bool(transcript.values or transcript.notes)


def _fit_of_properties(attempt: Attempt, replay: Attempt) -> Fit:
    """Random results: the same kind of failure with the same properties."""
    mine, theirs = attempt.transcript.notes, replay.transcript.notes
    alike = (
        replay.outcome is attempt.outcome
        and _sentence(replay) == _sentence(attempt)
        and [name for name, _ in mine] == [name for name, _ in theirs]
        and all(all_same_roughly(x, y) for (_, x), (_, y) in zip(mine, theirs, strict=True))
    )
    kind = Trace.PROPERTIES if mine else Trace.NOTHING  # without notes only the sentence is the same
    return Fit(Match.FULL, Support(kinds={kind})) if alike else NO_FIT


def _sentence(attempt: Attempt) -> str:
    """What a check says, but for its numbers; of an exception its type and where it came from."""
    if attempt.cause is Cause.RAISED:
        call, value = attempt.transcript.values[-1]
        return f"{call} {value}"
    return NUMBERS.sub("#", attempt.message)


def all_same_roughly(a: Any, b: Any) -> bool:
    """Whether two noted properties agree within the spread of a random sample."""
    return not Parts.of(a).differing(Parts.of(b), PROPERTY_RTOL)


def _fit_of_acceptance(attempt: Attempt, replay: Attempt) -> Fit:
    """Bad arguments that were not rejected: the same of them, in the same way, whatever random numbers came out."""
    if replay.cause is not Cause.NOT_REJECTED:
        return NO_FIT
    mine, theirs = (list(map(_manner, one.transcript.values)) for one in (attempt, replay))
    return Fit(Match.FULL, Support(kinds={Trace.ACCEPTED})) if mine == theirs else NO_FIT


def _manner(answer: tuple[str, Any]) -> tuple[Any, ...]:
    """A call, and whether something came back, nothing, or an exception."""
    call, value = answer
    if isinstance(value, str):
        return call, value
    return call, type(value).__name__, isinstance(value, np.ndarray) and value.size == 0


def _fit_of_changes(attempt: Attempt, replay: Attempt, follower: Follower) -> Fit:
    """An array of the caller's that was changed: the same call changed the same argument, and gave the same."""
    same_changes = set(attempt.transcript.changes) == set(replay.transcript.changes)
    # changes that calls of other checks made stand in the message alone
    if not same_changes or replay.message != attempt.message or replay.cause is not Cause.CHANGED_INPUT:
        return NO_FIT
    return Fit(Match.FULL, Support(kinds={Trace.CHANGES}))


def _pattern(attempt: Attempt) -> tuple[Diagnosis, ...]:
    """What the wrong numbers themselves suggest."""
    error = attempt.error
    if not isinstance(error, CheckFailed) or error.got is None or attempt.outcome is not Outcome.FAILED:
        return ()
    text = describe_difference(error.got, error.expected, attempt.transcript.input_shape)
    if text and error.what:
        what = error.what.rpartition(". ")[2]  # without the sentence that it may stand behind
        text = f"{what}: {text if text.startswith('NaN') else text[0].lower() + text[1:]}"
    return (Diagnosis(None, text),) if text else ()
