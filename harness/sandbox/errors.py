"""What can go wrong between a hidden test and a solution, each with a sentence for the learner.

Both ends raise and catch these: the client when a worker fails, the proxies when a reply holds an error.
"""

from __future__ import annotations

from dataclasses import dataclass


class SandboxError(Exception):
    """Base: `str(error)` is a sentence that a learner can act on."""


@dataclass(frozen=True)
class RemoteException:
    """An exception as it travels: plain data about what the solution's code raised."""

    type: str
    ancestors: tuple[str, ...]
    message: str
    line: int | None
    source: str
    function: str

    def is_a(self, name: str) -> bool:
        """Whether the exception is an instance of the class of that name."""
        return name in self.ancestors


class SolutionRaised(SandboxError):
    """The solution's own code raised an exception."""

    def __init__(self, call: str, error: RemoteException, file: str) -> None:
        self.call, self.error, self.file = call, error, file
        super().__init__(self.sentence())

    def sentence(self) -> str:
        error = self.error
        place = f" at {self.file}:{error.line}" if error.line is not None else ""
        code = f"\n    {error.source}" if error.source else ""
        if error.is_a("NotImplementedError"):
            return f"{self.call} is not written yet{place}"
        text = f": {error.message}" if error.message else ""
        return f"{self.call} raised {error.type}{place}{text}{code}"


class SolutionMissing(SandboxError):
    """The solution does not define a name that the kata asks for."""


class InputChanged(SandboxError):
    """A call changed an array that it was given."""


class Refused(SandboxError):
    """A call returned something that cannot cross the wire: an object array, too many bytes, a cycle."""


class WorkerCrashed(SandboxError):
    """The worker died, left, or flooded its output during a call."""


class CallTimeout(SandboxError):
    """A call did not return in time; the worker was killed."""


class BudgetSpent(SandboxError):
    """The whole check ran out of its time budget, so the rest is not run."""


class JudgeFailure(Exception):
    """Our own fault: nothing about the solution can be said."""
