"""Where the judge processes are: on this machine, or in a Dask cluster. Both are a `concurrent.futures.Executor`.

`distributed` is imported where it is used: it is an extra, and only those who have a cluster need it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import CancelledError, Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol

from harness.grading.submission import Settings, version_of

CONNECT_SECONDS = 15.0


class ClusterFailure(Exception):
    """The cluster cannot be used, or is gone: a sentence."""


class Judges(Protocol):
    """Judge processes that outlive a submission.

    Attributes:
        lost: what a future raises when the process that judged has ended; nothing is known about the submission then.
        gone: what it raises when all processes are out of reach for good.
    """

    lost: tuple[type[BaseException], ...]
    gone: tuple[type[BaseException], ...]

    @property
    def window(self) -> int:
        """How many submissions to hand out at once."""

    def open(self, settings: Settings) -> Executor:
        """A working executor, also after the last one broke."""

    def close(self) -> None:
        """End it, and whatever is still being judged."""


class LocalJudges:
    """Processes on this machine.

    Args:
        jobs: how many.
    """

    lost: tuple[type[BaseException], ...] = (BrokenProcessPool,)
    gone: tuple[type[BaseException], ...] = ()

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._executor: ProcessPoolExecutor | None = None
        self._others = set(multiprocessing.active_children())

    @property
    def window(self) -> int:
        return 2 * self._jobs

    def open(self, settings: Settings) -> Executor:
        self.close()
        context = multiprocessing.get_context("spawn")  # a fork would inherit locks and threads
        self._executor = ProcessPoolExecutor(self._jobs, context, initializer=_begin)
        return self._executor

    def close(self) -> None:
        if self._executor is None:
            return
        executor, self._executor = self._executor, None
        for process in set(multiprocessing.active_children()) - self._others:
            process.kill()  # a worker ends with its judge
        executor.shutdown(cancel_futures=True)


def _begin() -> None:
    """In a new judge process: it ends with the program, however that ends, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, lambda number, frame: None)  # not SIG_IGN, which the worker would inherit
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


class DaskJudges:
    """The workers of a Dask cluster, which must have this version of kata installed.

    Args:
        address: the scheduler's, such as `tcp://10.0.0.5:8786`.

    Raises:
        ClusterFailure: from here and from `open`.
    """

    lost: tuple[type[BaseException], ...]
    gone: tuple[type[BaseException], ...] = (CancelledError,)

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError:
            raise ClusterFailure("--dask needs the package distributed: pip install 'kata[dask]'") from None
        self.lost = (distributed.KilledWorker,)
        self._address = address
        try:
            self._client: Any = distributed.Client(address, timeout=CONNECT_SECONDS)
        except (OSError, ValueError):
            raise ClusterFailure(f"there is no Dask scheduler at {address}") from None

    @property
    def window(self) -> int:
        return max(2, 2 * sum(self._client.nthreads().values()))

    def open(self, settings: Settings) -> Executor:
        try:
            self._client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError:
            raise ClusterFailure(f"the Dask cluster at {self._address} has no workers") from None
        try:
            versions = self._client.run(version_of, settings.kata)
        except Exception as error:  # whatever importing kata raises over there
            raise ClusterFailure(f"the workers at {self._address} cannot run kata: {error}") from None
        others = [worker for worker, version in versions.items() if version != settings.version]
        if others:
            raise ClusterFailure(f"another version of kata is installed on {', '.join(sorted(others))}")
        executor: Executor = self._client.get_executor(pure=False)
        return executor

    def close(self) -> None:
        self._client.close()
