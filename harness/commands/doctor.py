"""`kata doctor`: whether this machine has what kata needs."""

from __future__ import annotations

import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

import click
import numpy as np

from harness import catalog
from harness.commands.parameters import workspace_option
from harness.practice.workspace import Workspace
from harness.sandbox.client import WorkerClient
from harness.sandbox.errors import JudgeFailure, SandboxError
from harness.sandbox.proxy import Solution
from harness.screens.sentences import say


@click.command("doctor")
@workspace_option
def doctor_command(workspace: Workspace) -> int:
    """Check that this machine has what kata needs: versions, BLAS, sandbox, limits, workspace.

    \b
    Example:
      kata doctor
    """
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    rows = [
        ("kata", version("kata")),
        ("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        *((name, version(name)) for name in ("numpy", "pytest", "click", "jinja2", "rich", "fsrs", "watchfiles")),
        ("BLAS", f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()),
        ("katas", str(len(catalog.all_names()))),
        ("workspace", f"{workspace.root}{'' if workspace.exists else ' (nothing started yet)'}"),
        ("history", "present" if workspace.history_file.exists() else "none yet"),
    ]
    failure = None
    with tempfile.TemporaryDirectory(prefix="kata-doctor-") as folder:
        probe = Path(folder) / "probe.py"
        probe.write_text(PROBE, encoding="utf-8")
        client = WorkerClient(probe)
        try:
            client.start()
            client.begin_check(0)
            rows.append(("sandbox", client.sandbox))
            rows += Solution(client, probe.name).probe()
        except (JudgeFailure, SandboxError) as error:
            failure = str(error)
        finally:
            client.kill()
    rows.append(("worker", failure or "starts and answers"))
    for name, value in rows:
        say(value, first=f"{name:<16}", indent=16)
    if failure:
        raise JudgeFailure("the worker does not work here, so nothing can be judged")
    return 0


PROBE = '''"""Looks at a worker from inside."""
import os
import resource


def probe():
    def limit(what, unit, name):
        amount = resource.getrlimit(what)[0]
        return "none" if amount == resource.RLIM_INFINITY else f"{amount // unit} {name}"

    return [
        ("BLAS threads", os.environ.get("OPENBLAS_NUM_THREADS", "not limited") + " in a worker"),
        ("limits", ", ".join([
            "memory " + limit(resource.RLIMIT_AS, 2**20, "MiB"),
            "CPU " + limit(resource.RLIMIT_CPU, 1, "s"),
            "file size " + limit(resource.RLIMIT_FSIZE, 2**20, "MiB"),
        ])),
    ]
'''
