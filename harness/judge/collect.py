"""Runs pytest on the hidden tests of one kata, in this process, deaf to everything around it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.catalog import Kata
from harness.judge.plugin import CheckPlugin
from harness.judge.replay import Check
from harness.sandbox.errors import JudgeFailure

# Plugins of pytest that only print, keep state or watch the process: left out, they cannot interfere and cost no time.
UNUSED = "cacheprovider capture logging terminal doctest junitxml pastebin stepwise faulthandler warnings tmpdir \
setuponly setupplan unraisableexception threadexception legacypath monkeypatch recwarn debugging unittest subtests"


@contextmanager
def _no_settings_from_outside() -> Iterator[None]:
    """Hide what the environment would tell pytest; the learner's folder is hidden by the arguments below."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PYTEST")}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update(hidden)


def run_pytest(kata: Kata, plugin: CheckPlugin, collect_only: bool = False) -> None:
    """Collect and run the kata's hidden tests with `plugin`.

    Raises:
        JudgeFailure: no check was collected, or not as many as the kata declares, or pytest itself failed.
        KeyboardInterrupt: the learner pressed Ctrl-C.
    """
    arguments = [
        str(kata.test_file),
        f"--rootdir={kata.folder}",
        f"--confcutdir={kata.folder}",
        "--noconftest",
        "-c",
        os.devnull,
        "--import-mode=importlib",
        "--assert=plain",
        *(part for name in UNUSED.split() for part in ("-p", f"no:{name}")),
        *(["--collect-only"] if collect_only else []),
    ]
    with _no_settings_from_outside():
        exit_code = pytest.main(arguments, plugins=[plugin])
    if isinstance(plugin.failure, KeyboardInterrupt) or (exit_code == pytest.ExitCode.INTERRUPTED and not plugin.failure):
        if plugin.collection_errors:
            raise JudgeFailure(f"the hidden tests of {kata.name} cannot be read: {plugin.collection_errors[0]}")
        raise KeyboardInterrupt
    if plugin.failure is not None:
        raise plugin.failure
    if plugin.collection_errors:
        raise JudgeFailure(f"the hidden tests of {kata.name} cannot be read: {plugin.collection_errors[0]}")
    if len(plugin.checks) != kata.checks:
        raise JudgeFailure(f"{kata.name} declares {kata.checks} checks, but {len(plugin.checks)} were found")
    groups = {check.group for check in plugin.checks}
    if groups != set(kata.points):
        raise JudgeFailure(f"{kata.name} gives points to {sorted(kata.points)}, but its checks are in {sorted(groups)}")
    if not collect_only and (len(plugin.results) != kata.checks or exit_code not in (0, 1)):
        raise JudgeFailure(f"pytest ended with {exit_code!r} after {len(plugin.results)} of {kata.checks} checks")


def collect_checks(kata: Kata) -> tuple[Check, ...]:
    """The checks of a kata, without running any."""
    plugin = CheckPlugin(None, kata.file_name, 0)
    run_pytest(kata, plugin, collect_only=True)
    return tuple(plugin.checks)
