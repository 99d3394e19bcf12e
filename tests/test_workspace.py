"""The learner's folder: found from below, and nothing in it is ever overwritten."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from harness import catalog
from harness.practice.workspace import Workspace, find_workspace

RELU = catalog.load("relu")


def test_workspace_is_the_nearest_folder_upwards_with_a_state_folder(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b" / "c"
    inner.mkdir(parents=True)
    (tmp_path / ".kata").mkdir()
    assert find_workspace(None, inner).root == tmp_path
    (tmp_path / "a" / ".kata").mkdir()
    assert find_workspace(None, inner).root == tmp_path / "a"


def test_without_a_state_folder_the_workspace_is_the_folder_itself(tmp_path: Path) -> None:
    assert find_workspace(None, tmp_path).root == tmp_path
    assert not find_workspace(None, tmp_path).exists


def test_named_folder_wins(tmp_path: Path) -> None:
    (tmp_path / ".kata").mkdir()
    named = tmp_path / "named"
    assert find_workspace(str(named), tmp_path).root == named


def test_solution_file_has_the_name_with_underscores(tmp_path: Path) -> None:
    assert Workspace(tmp_path).solution(catalog.load("cross-entropy")) == tmp_path / "cross_entropy.py"


def test_write_new_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "relu.py"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        Workspace(tmp_path).write_new(path, "stub")
    assert path.read_text() == "mine"


def test_write_new_does_not_write_through_a_dangling_link(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "relu.py", tmp_path / "elsewhere.py"
    path.symlink_to(elsewhere)
    with pytest.raises(FileExistsError):
        Workspace(tmp_path).write_new(path, "stub")
    assert not elsewhere.exists()


def test_archive_moves_the_very_file(tmp_path: Path) -> None:
    workspace, path = Workspace(tmp_path), tmp_path / "relu.py"
    path.write_bytes(b"\xff not even text")
    archived = workspace.archive(path)
    assert not path.exists()
    assert archived.parent == tmp_path / ".kata" / "archive"
    assert archived.read_bytes() == b"\xff not even text"
    assert archived.name.startswith("relu_")
    assert archived.suffix == ".py"


def test_archiving_often_within_a_second_keeps_every_file(tmp_path: Path) -> None:
    workspace, path = Workspace(tmp_path), tmp_path / "relu.py"
    kept = []
    for number in range(20):
        path.write_text(str(number))
        kept.append(workspace.archive(path))
    assert [file.read_text() for file in kept] == [str(number) for number in range(20)]


def test_archiving_from_many_threads_at_once_keeps_every_file(tmp_path: Path) -> None:
    workspace, begin = Workspace(tmp_path), threading.Barrier(8)

    def work(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        begin.wait()
        for _ in range(10):
            path = folder / "relu.py"
            path.write_text(str(number))
            workspace.archive(path)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = sorted(file.read_text() for file in (tmp_path / ".kata" / "archive").iterdir())
    assert texts == sorted(str(number) for number in range(8) for _ in range(10))


def test_archive_works_on_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("links are not supported here")

    monkeypatch.setattr(os, "link", refuse)
    workspace, path = Workspace(tmp_path), tmp_path / "relu.py"
    kept = []
    for number in range(3):
        path.write_text(str(number))
        kept.append(workspace.archive(path))
    assert [file.read_text() for file in kept] == ["0", "1", "2"]


def test_a_failure_to_rewrite_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        Workspace(tmp_path).rewrite(path, "new")
    assert path.read_text() == "old"
    assert sorted(tmp_path.glob("report*")) == [path]


def test_link_in_the_folder_belongs_to_it_wherever_it_leads(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere.py"
    folder.mkdir()
    elsewhere.write_text("mine")
    (folder / "relu.py").symlink_to(elsewhere)
    (tmp_path / "other").symlink_to(folder)
    workspace = Workspace(folder.resolve())
    assert workspace.holds(folder / "relu.py")
    assert workspace.holds(tmp_path / "other" / "relu.py")
    assert not workspace.holds(elsewhere)
    assert not workspace.holds(folder / "deeper" / "relu.py")
