"""Which katas there are, how they are found by name, and what is said about bad metadata."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import catalog
from harness.catalog import BadMetadata, Hint, UnknownKata

GOOD = """
title = "A kata"
topic = "tools"
difficulty = "easy"
par_minutes = 5
tags = ["forward"]
needs = []
checks = 3
[points]
forward = 60
gradient = 40
[[hints]]
group = "forward"
text = "one"
[[hints]]
group = "gradient"
text = "two"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder in place of `katas/`."""
    monkeypatch.setattr(catalog, "_package_folder", lambda _: tmp_path)
    catalog.load.cache_clear()
    yield tmp_path
    catalog.load.cache_clear()


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir()
    (folder / name / "kata.toml").write_text(text)


@pytest.mark.parametrize("name", ["cross-entropy", "cross_entropy", "Cross-Entropy", " cross_entropy.py "])
def test_a_name_may_be_written_with_hyphens_or_underscores(name: str) -> None:
    kata = catalog.find(name)
    assert (kata.name, kata.module, kata.file_name) == ("cross-entropy", "cross_entropy", "cross_entropy.py")


@pytest.mark.parametrize(
    ("name", "near"), [("conv", "conv2d"), ("conv2", "conv2d"), ("rleu", "relu"), ("crossentropy", "cross-entropy")]
)
def test_a_misspelt_name_gets_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UnknownKata, match=f"did you mean .*{near}"):
        catalog.find(name)


def test_a_name_like_none_gets_the_list(folder: Path) -> None:
    write(folder, "some_kata", GOOD)
    with pytest.raises(UnknownKata, match="'zzz': `kata list` shows them all"):
        catalog.find("zzz")


def test_only_folders_with_metadata_are_katas(folder: Path) -> None:
    write(folder, "some_kata", GOOD)
    (folder / "shared").mkdir()
    (folder / "__init__.py").write_text("")
    assert catalog.all_names() == ("some-kata",)
    kata = catalog.load("some-kata")
    assert (kata.title, kata.points, kata.checks, kata.hints) == (
        "A kata",
        {"forward": 60, "gradient": 40},
        3,
        (Hint("forward", "one"), Hint("gradient", "two")),
    )
    assert not kata.has_workload


def test_all_katas_come_by_topic_and_none_before_what_it_needs(folder: Path) -> None:
    write(folder, "a_last", GOOD.replace("needs = []", 'needs = ["b-first"]'))
    write(folder, "b_first", GOOD.replace("needs = []", 'needs = ["elsewhere"]'))
    write(folder, "z_other", GOOD.replace('"tools"', '"activations"'))
    assert [kata.name for kata in catalog.all_katas()] == ["b-first", "a-last", "z-other"]


def test_katas_that_need_each_other_do_not_hang_the_order(folder: Path) -> None:
    write(folder, "a", GOOD.replace("needs = []", 'needs = ["b"]'))
    write(folder, "b", GOOD.replace("needs = []", 'needs = ["a"]'))
    assert {kata.name for kata in catalog.all_katas()} == {"a", "b"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (GOOD.replace('title = "A kata"', ""), "title is missing"),
        (GOOD.replace("[points]", ""), "points is missing"),
        (GOOD.replace('"tools"', '"Not a word"'), "topic must be a lower-case word, not 'Not a word'"),
        (GOOD.replace('group = "gradient"', 'group = "speed"'), "a hint helps the group 'speed', but points go to forward"),
        (GOOD.replace('"easy"', '"impossible"'), "difficulty must be one of .*not 'impossible'"),
        (GOOD.replace("= 60", "= 50"), "the points add up to 90, not 100"),
        (GOOD + "= oops", "kata.toml: "),
    ],
)
def test_bad_metadata_is_named(folder: Path, wrong: str, says: str) -> None:
    write(folder, "bad", wrong)
    with pytest.raises(BadMetadata, match=says) as caught:
        catalog.load("bad")
    assert str(folder / "bad" / "kata.toml") in str(caught.value)


@pytest.mark.parametrize("name", catalog.all_names())
def test_every_kata_has_its_files_and_knows_what_it_needs(name: str) -> None:
    kata = catalog.load(name)
    assert kata.reference_file.is_file()
    assert kata.statement().strip()
    assert kata.test_file.is_file()
    assert (kata.folder / "mistakes.md").is_file()
    assert len(kata.hints) >= 4
    assert set(kata.needs) <= set(catalog.all_names()) - {name}
