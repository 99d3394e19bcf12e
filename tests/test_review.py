"""What `kata next` rests on: ratings, due dates and the order of suggestions follow from the history alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from fsrs import Card, Rating, Scheduler
from synthetic import DAY, MINUTE, Learner

from harness import catalog
from harness.practice.days import day_of
from harness.practice.kind import PracticeKind
from harness.practice.memory import Memory, memories, rate
from harness.practice.record import Record, read_record
from harness.practice.suggestions import SuggestionKind, suggest

NOW = datetime(2025, 3, 20, 12, tzinfo=UTC).timestamp()
KATAS = catalog.all_katas()
RELU_PAR = catalog.load("relu").par_minutes


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    somebody = Learner(tmp_path, NOW)
    yield somebody
    somebody.history.close()


def record_of(learner: Learner) -> Record:
    return read_record(learner.history, catalog.all_names())


def relu_memory(learner: Learner) -> Memory:
    return memories(record_of(learner), KATAS)["relu"]


def names(learner: Learner, now: float = NOW) -> list[str]:
    return [suggestion.kata.name for suggestion in suggest(record_of(learner), KATAS, now)]


@pytest.mark.parametrize(
    ("hints", "pars", "attempts", "rating"),
    [
        (0, 1.0, 3, Rating.Easy),
        (1, 1.0, 3, Rating.Good),
        (2, 0.5, 1, Rating.Good),
        (3, 0.5, 1, Rating.Hard),
        (0, 1.1, 1, Rating.Good),
        (0, 2.0, 1, Rating.Good),
        (0, 2.1, 1, Rating.Hard),
        (0, 2.0, 4, Rating.Good),
        (0, 3.0, 9, Rating.Hard),
    ],
)
def test_rating_is_the_worst_of_hints_time_and_attempts(
    learner: Learner, hints: int, pars: float, attempts: int, rating: Rating
) -> None:
    learner.sit("linear", 1, minutes=pars * 10, wrong=[5] * (attempts - 1) + [0], hints=hints)
    (sitting,) = record_of(learner).of("linear").sittings
    review = rate(sitting, par_minutes=10)
    assert review is not None
    assert (review.rating, review.at) == (rating, NOW - DAY + pars * 10 * MINUTE)


def test_nine_attempts_are_hard_even_within_par(learner: Learner) -> None:
    learner.sit("linear", 1, minutes=10, wrong=[5] * 8 + [0])
    (sitting,) = record_of(learner).of("linear").sittings
    review = rate(sitting, par_minutes=10)
    assert review is not None
    assert (review.rating, review.reason) == (Rating.Hard, "9 attempts")


def test_attempts_within_a_minute_count_once(learner: Learner) -> None:
    learner.sit("linear", 1, minutes=1.5, wrong=[5] * 40 + [0])
    (sitting,) = record_of(learner).of("linear").sittings
    review = rate(sitting, par_minutes=10)
    assert review is not None
    assert review.rating is Rating.Easy


def test_revealed_is_again_even_when_solved_afterwards(learner: Learner) -> None:
    practice = learner.sit("relu", 1, minutes=2, wrong=[5], revealed=True)
    revealed_at = learner.time
    learner.time += MINUTE
    learner.check(catalog.load("relu"), practice)
    assert learner.history.practice(practice.id).solved_at == learner.time
    (review,) = relu_memory(learner).reviews
    assert (review.rating, review.at) == (Rating.Again, revealed_at)


def test_an_open_sitting_is_no_review(learner: Learner) -> None:
    learner.sit("relu", 1, wrong=[5, 3])
    assert memories(record_of(learner), KATAS) == {}


def test_checks_and_hints_after_the_pass_change_nothing(learner: Learner) -> None:
    practice = learner.sit("relu", 3, minutes=1)
    before = relu_memory(learner)
    learner.time = NOW
    learner.check(catalog.load("relu"), practice)
    learner.check(catalog.load("relu"), practice, wrong=4)
    learner.history.record_hint(practice, 1)
    learner.history.record_explanation(practice, "unit-slope-at-zero")
    assert relu_memory(learner) == before


def test_memory_is_what_fsrs_says_of_the_same_ratings(learner: Learner) -> None:
    learner.sit("relu", 40, minutes=1)
    learner.sit("relu", 30, minutes=1, hints=1)
    learner.sit("relu", 12, minutes=RELU_PAR * 3)
    learner.sit("relu", 5, minutes=1, wrong=[5], revealed=True)
    memory = relu_memory(learner)
    assert [review.rating for review in memory.reviews] == [Rating.Easy, Rating.Good, Rating.Hard, Rating.Again]
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), maximum_interval=180, enable_fuzzing=False)
    card = Card(card_id=0)
    for review in memory.reviews:
        card, _ = scheduler.review_card(card, review.rating, datetime.fromtimestamp(review.at, UTC))
    assert (memory.card.stability, memory.card.difficulty, memory.card.due) == (card.stability, card.difficulty, card.due)


@pytest.mark.parametrize(
    ("hints", "revealed", "days"),
    [(0, True, 1), (3, False, 1), (1, False, 2), (0, False, 8)],
    ids=["again", "hard", "good", "easy"],
)
def test_first_intervals_are_those_of_the_documentation(learner: Learner, hints: int, revealed: bool, days: int) -> None:
    learner.sit("relu", 0, minutes=1, wrong=[5] if revealed else [0], hints=hints, revealed=revealed)
    assert relu_memory(learner).due == day_of(NOW) + timedelta(days)


def test_no_interval_is_longer_than_180_days(learner: Learner) -> None:
    for days_ago in (700, 600, 400, 200, 0):
        learner.sit("relu", days_ago, minutes=1)
    assert relu_memory(learner).due == day_of(NOW) + timedelta(180)


def test_hunts_and_interviews_change_no_due_date(learner: Learner) -> None:
    learner.sit("relu", 3, minutes=1)
    before = relu_memory(learner)
    learner.sit("relu", 2, wrong=[3, 0], kind=PracticeKind.HUNT, planted=["some-mistake"])
    learner.interview(("relu", "linear"), 1, 30)
    record = record_of(learner)
    assert memories(record, KATAS) == {"relu": before}
    assert len(record.of("relu").attempts) == 1
    assert record.of("linear").attempts == ()
    assert (len(record.hunts), len(record.interviews), len(record.interviews[0].sittings)) == (1, 1, 2)


def test_a_solution_brought_along_counts_once_as_good(learner: Learner) -> None:
    for days_ago in (5, 4, 3):
        learner.time = NOW - days_ago * DAY
        learner.check(catalog.load("relu"), None)
    (review,) = relu_memory(learner).reviews
    assert (review.rating, review.at) == (Rating.Good, NOW - 5 * DAY)


def test_a_mistake_counts_once_a_sitting_and_not_in_hunts(learner: Learner) -> None:
    learner.sit("relu", 5, wrong=[5, 4, 0], mistake="unit-slope-at-zero")
    learner.sit("relu", 4, wrong=[5, 0], mistake="unit-slope-at-zero")
    learner.sit("tanh", 3, wrong=[5, 0], mistake="missing-square")
    learner.sit("relu", 2, wrong=[5, 0], mistake="planted", kind=PracticeKind.HUNT, planted=["planted"])
    made = [(mistake.kata, mistake.name, mistake.sittings) for mistake in record_of(learner).mistakes]
    assert made == [("relu", "unit-slope-at-zero", 2), ("tanh", "missing-square", 1)]


def test_due_katas_come_first_the_least_remembered_before_the_others(learner: Learner) -> None:
    learner.sit("relu", 9, minutes=1)  # easy: due after 8 days
    learner.sit("linear", 30, hints=3)  # hard: due after 1 day
    learner.sit("sgd", 1, wrong=[5])  # begun
    learner.sit("mse", 1, minutes=1)  # due in a week
    order = names(learner)
    assert order[:3] == ["linear", "relu", "sgd"]
    assert order[-1] == "mse"
    new = order[3:-1]
    assert {"step", "sigmoid"} <= set(new)
    for topic in catalog.all_topics():  # within a topic they keep the order in which one learns them
        members = [kata.name for kata in KATAS if kata.topic == topic and kata.name in new]
        assert [name for name in new if name in members] == members


def test_a_kata_is_new_only_when_all_it_needs_is_solved(learner: Learner) -> None:
    assert "affine" not in names(learner)
    learner.sit("linear", 2)
    assert "affine" not in names(learner)
    learner.sit("flatten", 2, wrong=[3], revealed=True)
    assert "affine" not in names(learner)
    learner.sit("flatten", 1)
    assert "affine" in names(learner)


def test_following_the_suggestions_meets_every_kata_after_those_it_needs(learner: Learner) -> None:
    met: list[str] = []
    for day in range(len(KATAS)):
        suggestion = next(s for s in suggest(record_of(learner), KATAS, NOW) if s.brief == "new")
        assert set(suggestion.kata.needs) <= set(met)
        met.append(suggestion.kata.name)
        learner.sit(suggestion.kata.name, 1 + day / 1000)
    assert sorted(met) == sorted(catalog.all_names())
    assert not any(s.brief == "new" for s in suggest(record_of(learner), KATAS, NOW))


def test_each_suggestion_says_why(learner: Learner) -> None:
    learner.sit("relu", 9, minutes=1)
    learner.sit("tanh", 30, hints=3)
    learner.sit("sgd", 1, wrong=[5, 4])
    learner.sit("mse", 1, minutes=1)
    why = {suggestion.kata.name: suggestion.why for suggestion in suggest(record_of(learner), KATAS, NOW)}
    assert why["relu"].startswith("due since yesterday; the chance that you still know it is ")
    assert why["relu"].endswith("(last time Easy: no hint, within par, few attempts)")
    assert why["tanh"].startswith("due for 29 days; ")
    assert why["tanh"].endswith("(last time Hard: 3 hints)")
    assert why["sgd"] == "begun but not finished: last practised yesterday, best score 80 of 100"
    assert why["step"] == "new, and it needs no other kata"
    assert why["mse"] == "nothing is due, begun, or new and within reach; this comes up first, in 7 days"


def test_a_kata_begun_anew_before_it_is_due_is_to_be_finished(learner: Learner) -> None:
    learner.sit("relu", 3, minutes=1)
    learner.sit("relu", 1, wrong=[12])
    first = suggest(record_of(learner), KATAS, NOW)[0]
    assert (first.kata.name, first.why) == ("relu", "begun but not finished: last practised yesterday, best score 0 of 100")


def test_due_from_the_morning_of_the_local_day(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    learner.now = datetime(2025, 3, 1, 23, tzinfo=UTC).timestamp()
    learner.sit("relu", 0, minutes=1)  # due on 9 March at 23:01 UTC
    morning, evening_before = (datetime(2025, 3, day, hour, tzinfo=UTC).timestamp() for day, hour in ((9, 1), (8, 23)))
    assert names(learner, morning)[0] == "relu"
    assert names(learner, evening_before)[0] != "relu"
    monkeypatch.setenv("TZ", "JST-9")
    time.tzset()
    assert relu_memory(learner).due == date(2025, 3, 10)
    assert names(learner, morning)[0] != "relu"


def test_history_of_a_kata_that_is_no_more_is_left_out(learner: Learner) -> None:
    learner.sit("relu", 3, mistake="unit-slope-at-zero", wrong=[3, 0])
    record = read_record(learner.history, [name for name in catalog.all_names() if name != "relu"])
    assert (record.katas, record.mistakes, record.active) == ({}, (), ())


def test_topics_alternate_for_a_newcomer(learner: Learner) -> None:
    met: list[str] = []
    for step in range(12):
        first = suggest(record_of(learner), KATAS, NOW)[0].kata
        met.append(first.topic)
        learner.sit(first.name, 0.5 - step / 100, minutes=1)
    assert all(one != other for one, other in pairwise(met))


def test_no_two_of_a_topic_follow_each_other_where_something_else_is_due_or_new(learner: Learner) -> None:
    for name in ("relu", "tanh", "sigmoid"):  # all activations, all due
        learner.sit(name, 60, hints=3)
    ordered = [s for s in suggest(record_of(learner), KATAS, NOW) if s.kind is not SuggestionKind.LATER]
    assert ordered[0].kind is SuggestionKind.DUE  # one was practised last, but that was long ago
    for position, (one, other) in enumerate(pairwise(ordered)):
        if one.kata.topic == other.kata.topic:
            assert {s.kata.topic for s in ordered[position + 1 :]} == {one.kata.topic}
    due = [s.kata.name for s in ordered if s.kind is SuggestionKind.DUE]
    assert ordered[2].kind is SuggestionKind.DUE
    assert sorted(due) == ["relu", "sigmoid", "tanh"]
    learner.sit("step", 0.1)
    assert suggest(record_of(learner), KATAS, NOW)[0].kata.topic != "activations"


def test_what_was_begun_comes_first_whatever_its_topic(learner: Learner) -> None:
    learner.sit("relu", 1)
    learner.sit("tanh", 0.5, wrong=[5])
    assert names(learner)[0] == "tanh"


@pytest.mark.parametrize("level", catalog.DIFFICULTIES)
def test_a_level_skips_what_comes_before_it(learner: Learner, level: str) -> None:
    first, *others = suggest(record_of(learner), KATAS, NOW, level)
    assert {s.kata.difficulty for s in (first, *others)} == {level}
    met: set[str] = set()
    of_level = {kata.name for kata in KATAS if kata.difficulty == level}
    for step in range(len(of_level)):
        suggestion = suggest(record_of(learner), KATAS, NOW, level)[0]
        assert set(suggestion.kata.needs) & of_level <= met
        unsolved = [need for need in suggestion.kata.needs if need not in met]
        assert ("counts as known" in suggestion.why) == bool(unsolved)
        met.add(suggestion.kata.name)
        learner.sit(suggestion.kata.name, 0.5 - step / 1000, minutes=1)
    assert met == of_level
