"""Draws the katas of a mock interview: a warm-up, a core layer and a harder one that together fit the time."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Sequence

from harness.catalog import DIFFICULTIES, Kata

CORE_TOPICS = ("layers", "convolution", "normalisation", "losses")
FULL_ENOUGH = 0.8

KataSet = tuple[Kata, ...]


class NothingFits(ValueError):
    """No kata is short enough for the time."""


def draw(katas: Sequence[Kata], minutes: int, topic: str | None, seed: int) -> KataSet:
    """Katas for an interview, the easiest first: three if the time allows, else two, else one.

    Par times add up to at most the time; sets that leave much of it unused are drawn only if there are no others.

    Args:
        katas: all katas.
        minutes: how long the interview lasts.
        topic: take only katas of this topic.
        seed: the same seed draws the same set from the same katas.

    Raises:
        NothingFits: every kata takes longer.
    """
    pool = [kata for kata in katas if topic in (None, kata.topic) and kata.par_minutes <= minutes]
    if not pool:
        raise NothingFits(f"no kata{f' on {topic}' if topic else ''} fits into {minutes} minutes")
    pool.sort(key=_weight)
    for size in (3, 2, 1):
        fitting = [found for found in itertools.combinations(pool, size) if _minutes(found) <= minutes]
        for sets in (filter(_is_well_mixed, fitting), filter(_grows, fitting)):
            candidates = list(sets)
            if candidates:
                return random.Random(seed).choice(_fullest(candidates))
    raise AssertionError("a single kata always grows")


def _weight(kata: Kata) -> tuple[int, int, str]:
    return DIFFICULTIES.index(kata.difficulty), kata.par_minutes, kata.name


def _minutes(katas: Iterable[Kata]) -> int:
    return sum(kata.par_minutes for kata in katas)


def _is_well_mixed(katas: KataSet) -> bool:
    """Three topics, an easy warm-up, then a layer or loss, then something harder."""
    if len(katas) != 3:
        return False
    first, core, last = katas
    return (
        len({kata.topic for kata in katas}) == 3
        and first.difficulty == "easy"
        and core.topic in CORE_TOPICS
        and last.difficulty != "easy"
        and first.par_minutes < core.par_minutes < last.par_minutes
    )


def _grows(katas: KataSet) -> bool:
    """Each kata takes longer than the one before."""
    return all(a.par_minutes < b.par_minutes for a, b in itertools.pairwise(katas))


def _fullest(candidates: Sequence[KataSet]) -> list[KataSet]:
    most = max(map(_minutes, candidates))
    return [found for found in candidates if _minutes(found) >= FULL_ENOUGH * most]
