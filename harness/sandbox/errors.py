"""What can go wrong between a hidden test and a solution, each with a sentence for the learner.

The client raises them when a worker fails, the proxies when a reply holds an error. Who handles one asks for its class,
its `stage` and its other fields; nobody reads the sentence but the learner.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .messages import RemoteException, Reply, Request  # it needs NumPy, and `spawn`, which needs this, must not


class Stage(Enum):
    """What the solution was doing when it went wrong."""

    IMPORT = "import"  # its file was loaded
    BETWEEN = "between"  # nothing: what an earlier check had started was still running
    CONSTRUCT = "construct"  # one of its classes was called
    CALL = "call"  # anything else


class SandboxError(Exception):
    """Base: `str(error)` is a sentence that a learner can act on.

    Args:
        sentence: for the learner.
        call: what was asked of the solution: "Linear.forward", "importing linear.py".
        stage: the kind of request that it was.
    """

    def __init__(self, sentence: str, call: str, stage: Stage = Stage.CALL) -> None:
        super().__init__(sentence)
        self.call, self.stage = call, stage


class SolutionRaised(SandboxError):
    """The solution's own code raised an exception."""

    def __init__(self, call: str, error: RemoteException, file: str, stage: Stage = Stage.CALL) -> None:
        self.error, self.file = error, file
        place = f" at {file}:{error.line}" if error.line is not None else ""
        if error.is_a("NotImplementedError"):
            sentence = f"{call} is not written yet{place}"
        elif _wanted_a_keyboard(error):
            sentence = (
                f"{call} waits for the keyboard{place}, and there is none during a check: "
                "take breakpoint() and input() out, or use `kata debug` to step through a failing check"
            )
        else:
            text = f": {error.message}" if error.message else ""
            code = f"\n    {error.source}" if error.source else ""
            sentence = f"{call} raised {error.type}{place}{text}{code}"
        super().__init__(sentence, call, stage)

    @property
    def not_written(self) -> bool:
        """Whether it is the stub's own exception that came."""
        return self.error.is_a("NotImplementedError")


def _wanted_a_keyboard(error: RemoteException) -> bool:
    """Whether that is how `breakpoint()`, `pdb.set_trace()` or `input()` end where there is nothing to read."""
    return error.type == "BdbQuit" or (error.is_a("EOFError") and error.message == "EOF when reading a line")


class SolutionMissing(SandboxError):
    """The solution does not define a name that the kata asks for."""

    def __init__(self, call: str, name: str, file: str) -> None:
        self.name = name
        super().__init__(f"{file} defines no `{name}`", call)


class Refused(SandboxError):
    """A call returned something that cannot cross the wire: an object array, too many bytes, a cycle."""


class WorkerCrashed(SandboxError):
    """The worker died, left, or flooded its output during a call."""


class CallTimeout(SandboxError):
    """A call did not return in time; the worker was killed."""


class BudgetSpent(SandboxError):
    """The whole check ran out of its time budget, so the rest is not run."""


class Overdue(Exception):
    """A request that was posted has failed; `Solution` makes of it what it makes of any other failing request."""

    def __init__(self, request: Request, call: str, reply: Reply) -> None:
        super().__init__(call)
        self.request, self.call, self.reply = request, call, reply


class JudgeFailure(Exception):
    """Our own fault: nothing about the solution can be said."""


class UnreadableSolution(JudgeFailure):
    """The solution's file is not there, is no regular file, or is far too large: there is nothing to judge."""
