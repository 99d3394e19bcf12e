"""The judge's end of a worker: sends requests, waits with a deadline, and says in a sentence how a worker ended."""

from __future__ import annotations

import errno
import math
import os
import re
import select
import signal
import stat
import subprocess
import time
from collections import deque
from pathlib import Path
from typing import NamedTuple, NoReturn

import numpy as np

from . import messages, wire
from .errors import (
    BudgetSpent,
    CallTimeout,
    JudgeFailure,
    Overdue,
    Refused,
    SolutionRaised,
    Stage,
    UnreadableSolution,
    WorkerCrashed,
)
from .interrupt import Interrupt, Interrupted
from .messages import CallJudge, Failed, Ready, RemoteException, Reply, Request, Result, Returned
from .pipes import Closed, read_frame
from .spawn import Layers, Spawned, bwrap_failed, spawn
from .worker import LOST_CONNECTION

START_SECONDS = 60.0
EXIT_SECONDS = 1.0
TRACE_SECONDS = 0.5
MAX_TRACE_CHARS = 20_000
KEPT_OUTPUT_BYTES = 20_000
KEPT_CHECK_OUTPUT_BYTES = 4_000
MAX_OUTPUT_BYTES = 16 * 2**20
MAX_CALLBACK_BYTES = 16 * 2**20
MAX_SOURCE_BYTES = 2**20
MAX_OWED = 16  # their replies fit into the pipe, even if each is an exception: the worker need never wait for us


def read_regular_file(path: Path, limit: int) -> bytes:
    """What a file holds, whatever becomes of its name meanwhile; a FIFO or a device is not waited for.

    Raises:
        OSError: it cannot be read, is not a regular file, or has more than `limit` bytes.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit // 2**10:,} KiB")
    return content


class Captured:
    """The beginning of what was printed, and how much more there was."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self._dropped = 0

    def add(self, part: bytes) -> None:
        """Take more output."""
        kept = part[: self._limit - len(self._kept)]
        self._kept += kept
        self._dropped += len(part) - len(kept)

    @property
    def text(self) -> str:
        """It as text; the end is cut off where it is long."""
        text = self._kept.decode("utf-8", "replace")
        return text + (f"\n[... and {self._dropped:,} more bytes]" if self._dropped else "")


class _Owed(NamedTuple):
    """A request that was posted; `matters` unless the check that posted it is over."""

    number: int
    request: Request
    call: str
    stage: Stage
    matters: bool = True


class WorkerClient:
    """A solution in a worker process; a worker that ended is replaced when the next check begins.

    Args:
        path: the solution's file.
        call_timeout: seconds that one call may take.
        budget: seconds that all calls together may take.
        sandbox: as for `spawn`.
        first: a worker that was started already, before the heavy imports.
        interrupt: once set, whatever waits for the worker raises `Interrupted`, and the worker is gone.
        source: what the file holds; by default it is read when the worker needs it.

    Attributes:
        sandbox: what confines the worker, once it has started: "none", "landlock", "bwrap" or "landlock+bwrap".
    """

    def __init__(
        self,
        path: Path,
        call_timeout: float = 10.0,
        budget: float = 60.0,
        sandbox: str | Layers = "auto",
        first: Spawned | None = None,
        interrupt: Interrupt | None = None,
        source: bytes | None = None,
    ) -> None:
        self.path = path.resolve()
        self.call_timeout = call_timeout
        self.budget = budget
        self.methods: set[tuple[str, str]] = set()
        self._sandbox = sandbox
        self.sandbox = ""
        self._worker = first
        self._interrupt = interrupt
        self._ready = False
        self._deadline = time.monotonic() + budget
        self.functions = wire.Functions()
        self._output = Captured(KEPT_OUTPUT_BYTES)
        self._check_output = Captured(KEPT_CHECK_OUTPUT_BYTES)
        self._output_in_call = 0
        self._output_ended = False
        self._number = 0
        self._answering = False
        self._owed: deque[_Owed] = deque()
        self._overdue: Overdue | None = None
        self._source = None if source is None else np.frombuffer(source, dtype=np.uint8)

    @property
    def output(self) -> str:
        """What the solution printed so far, on either stream; the end is cut off when it is long."""
        return self._output.text

    @property
    def check_output(self) -> str:
        """What it printed since the check began; the end is cut off when it is long."""
        return self._check_output.text

    def start(self) -> None:
        """Make sure that a worker runs with the solution loaded.

        Raises:
            SolutionRaised: the file itself raised, or is not Python.
            WorkerCrashed, CallTimeout, BudgetSpent: as for `request`.
        """
        if self._ready:
            return
        if self._worker is None:
            self._worker = spawn(self._sandbox)
        self.sandbox = self._await_ready()
        file = self.path.name
        call = f"importing {file}"
        reply = self.request(messages.Load(str(self.path), self._read_source()), call, Stage.IMPORT)
        if isinstance(reply, RemoteException):
            self.kill()
            raise SolutionRaised(call, reply, file, Stage.IMPORT)
        self._ready = True

    def _await_ready(self) -> str:
        """Wait for a new worker's first words, and say what is in force."""
        assert self._worker is not None
        layers = self._worker.layers
        self._output_ended, self._number = False, 0
        try:
            ready = self._answer("the worker", Stage.IMPORT, time.monotonic() + START_SECONDS, 0)
        except (WorkerCrashed, CallTimeout) as error:
            if self._sandbox == "auto" and layers.bwrap:
                bwrap_failed()
                self._worker, self._output = spawn("auto"), Captured(KEPT_OUTPUT_BYTES)
                return self._await_ready()
            raise JudgeFailure(f"the worker process did not start: {error}\n{self.output}") from None
        assert isinstance(ready, Ready)
        names = [name for name, there in (("landlock", ready.landlock), ("bwrap", layers.bwrap)) if there]
        return "+".join(names) or "none"

    def begin_check(self, seed: int) -> None:
        """A new check begins: a live worker with the solution loaded, and no objects left from the last check."""
        self._check_output = Captured(KEPT_CHECK_OUTPUT_BYTES)
        # whatever fails before the first call was not this check's doing
        before = ("what the last check left running", Stage.BETWEEN)
        if not self._ready:
            before = (f"importing {self.path.name}", Stage.IMPORT)
        self.start()
        self.functions.clear()
        # the last check failed before it needed these: it is over
        self._owed = deque(owed._replace(call=before[0], stage=before[1], matters=False) for owed in self._owed)
        self._overdue = None
        self.request(messages.Reset(seed % 2**32), *before)
        self._check_output = Captured(KEPT_CHECK_OUTPUT_BYTES)

    def request(self, request: Request, call: str, stage: Stage = Stage.CALL) -> Reply:
        """Send one request and wait for its reply. `call` is how the sentences name what was called.

        Raises:
            CallTimeout: no answer within `call_timeout` seconds; the worker is gone.
            WorkerCrashed: the worker died or exited, printed without end, or sent something unreadable; it is gone.
            BudgetSpent: all calls together have used up the budget; the worker is gone.
            Overdue: what was posted before has failed.
            Refused: the request holds something that the solution gave and that cannot be sent back to it.
        """
        began = time.monotonic()
        give_up = self._hand_over(request, call, stage)
        number = self._number
        self._collect(give_up)
        reply = self._answer(call, stage, give_up, number)
        self._raise_overdue()
        if isinstance(reply, Ready):
            self._broken("a second greeting", call, stage)
        if isinstance(reply, Result):
            if reply.ended and not isinstance(request, messages.Next):
                self._broken("the end of something that has none", call, stage)
            took = time.monotonic() - began
            if reply.seconds > took:  # measured in the worker, where the solution can tamper with it
                reply = reply._replace(seconds=took)
        return reply

    def post(self, request: Request, call: str, stage: Stage = Stage.CALL) -> None:
        """Send one request whose result nobody needs; if it fails, the next request, or `settle`, raises `Overdue`.

        The worker carries it out while the judge goes on. But what may call a function of the judge is waited for.
        """
        self._hand_over(request, call, stage)
        self._owed.append(_Owed(self._number, request, call, stage))
        if self.functions or len(self._owed) >= MAX_OWED:
            self._collect(min(time.monotonic() + self.call_timeout, self._deadline))

    def settle(self) -> None:
        """Wait until all that was posted is done.

        Raises:
            Overdue: it failed.
            CallTimeout, WorkerCrashed, BudgetSpent: as for `request`.
        """
        self._collect(min(time.monotonic() + self.call_timeout, self._deadline))
        self._raise_overdue()

    def _collect(self, give_up: float) -> None:
        """Take the replies to what was posted, in order, and keep the first failure."""
        while self._owed:
            owed = self._owed.popleft()
            reply = self._answer(owed.call, owed.stage, give_up, owed.number)
            if isinstance(reply, Ready):
                self._broken("a second greeting", owed.call, owed.stage)
            if owed.matters and not isinstance(reply, Result) and self._overdue is None:
                self._overdue = Overdue(owed.request, owed.call, reply)

    def _raise_overdue(self) -> None:
        overdue, self._overdue = self._overdue, None
        if overdue:
            raise overdue

    def _hand_over(self, request: Request, call: str, stage: Stage) -> float:
        """Send one request; returns the time until which its reply must have come."""
        if self._answering:
            raise JudgeFailure(f"a hidden test asked for {call} while the solution was calling a function of the test")
        if self._worker is None:
            raise WorkerCrashed(f"{call} could not run: the process that held the solution had already ended", call, stage)
        self._number += 1
        try:
            frame = messages.pack(self._number, request)
        except wire.WireError as error:
            raise Refused(f"{call} cannot be given what the solution returned before: {error}", call, stage) from None
        self._output_in_call = 0
        began = time.monotonic()
        if began >= self._deadline:
            self.kill()
            raise BudgetSpent(f"the whole check ran out of its {self.budget:g} s", call, stage)
        give_up = min(began + self.call_timeout, self._deadline)
        self._send(frame, call, stage, give_up)
        return give_up

    def cpu_seconds(self) -> float:
        """CPU time that the worker has used so far, as the kernel counts it; nan where that cannot be asked."""
        return math.nan if self._worker is None else self._worker.cpu_seconds()

    def allow(self, seconds: float) -> None:
        """From now on all calls together may take that long, whatever is left of the budget."""
        self._deadline = time.monotonic() + seconds

    def kill(self) -> int | None:
        """End the worker, if there is one; returns its exit status."""
        self._ready = False
        self._owed.clear()
        worker, self._worker = self._worker, None
        if worker is None:
            return None
        return worker.kill()

    @property
    def source(self) -> str:
        """The text that is judged."""
        return self._read_source().tobytes().decode("utf-8", "replace")

    def _read_source(self) -> np.ndarray:
        """The solution as bytes, read once: all checks judge the same, whatever happens to the file meanwhile.

        The worker gets the text from here, because the sandbox hides the folder that it is in.
        """
        if self._source is None:
            try:
                self._source = np.frombuffer(read_regular_file(self.path, MAX_SOURCE_BYTES), dtype=np.uint8)
            except OSError as error:
                raise UnreadableSolution(f"{self.path} cannot be read: {error.strerror}") from None
        return self._source

    # one exchange

    def _answer(self, call: str, stage: Stage, give_up: float, number: int) -> Reply:
        """Wait for the reply; calls of the judge's functions that come in the meantime are carried out."""
        while True:
            try:
                header, payload = self._read_frame(call, stage, give_up)
                reply = messages.unpack_reply(header, payload, number)
                if isinstance(reply, CallJudge) and len(payload) > MAX_CALLBACK_BYTES:
                    raise wire.WireError(f"more than {MAX_CALLBACK_BYTES // 2**20} MiB to a function of the judge")
            except wire.WireError as error:
                self._broken(str(error), call, stage)
            if time.monotonic() > give_up:  # however busy the judge was with what came
                raise self._timed_out(call, stage)
            if not isinstance(reply, CallJudge):
                self._drain_output(call, stage)
                return reply
            self._send(self._carry_out(reply, number), call, stage, give_up)

    def _carry_out(self, asked: CallJudge, number: int) -> bytes:
        self._answering = True
        try:
            answer: Returned | Failed = Returned(self.functions.call(asked.function, asked.args, asked.kwargs))
        except JudgeFailure:
            raise
        except Exception as error:
            answer = Failed(type(error).__name__, str(error))
        finally:
            self._answering = False
        try:
            return messages.pack(number, answer)
        except wire.WireError as error:
            return messages.pack(number, Failed("ValueError", f"the result cannot be sent: {error}"))

    def _send(self, frame: bytes, call: str, stage: Stage, give_up: float) -> None:
        assert self._worker is not None
        data = memoryview(frame)
        while data:
            try:
                data = data[os.write(self._worker.requests, data) :]
            except BlockingIOError:
                self._wait(call, stage, give_up, to_send=True)
            except BrokenPipeError:
                raise WorkerCrashed(self._how_it_ended(call, stage), call, stage) from None

    def _read_frame(self, call: str, stage: Stage, give_up: float) -> tuple[bytearray, bytearray]:
        assert self._worker is not None
        replies = self._worker.replies
        try:
            return read_frame(replies, wire.MAX_REPLY_BYTES, lambda: self._wait(call, stage, give_up), give_up)
        except Closed:
            raise WorkerCrashed(self._how_it_ended(call, stage), call, stage) from None
        except TimeoutError:
            raise self._timed_out(call, stage) from None

    def _wait(self, call: str, stage: Stage, give_up: float, to_send: bool = False) -> None:
        """Wait until the worker answers, or takes more of a request, or prints; raises when time is up."""
        worker = self._worker
        assert worker is not None
        left = give_up - time.monotonic()
        if left <= 0:
            raise self._timed_out(call, stage)
        interrupt = [self._interrupt.fileno()] if self._interrupt else []
        output = [] if self._output_ended else [worker.output]
        replies = [] if to_send else [worker.replies]
        readable, _, _ = select.select([*replies, *output, *interrupt], [worker.requests] if to_send else [], [], left)
        if interrupt and interrupt[0] in readable:
            self.kill()
            raise Interrupted
        if worker.output in readable:
            self._drain_output(call, stage)

    def _drain_output(self, call: str, stage: Stage) -> None:
        """Take what the solution printed off the pipe, keep the beginning, and stop one that prints without end."""
        if self._worker is None:
            return
        for _ in range(64):
            try:
                part = os.read(self._worker.output, 1 << 16)
            except BlockingIOError:
                return
            if not part:
                self._output_ended = True  # the solution has closed both streams
                return
            self._output.add(part)
            self._check_output.add(part)
            self._output_in_call += len(part)
            if self._output_in_call > MAX_OUTPUT_BYTES:
                self.kill()
                sentence = f"{call} printed more than {MAX_OUTPUT_BYTES // 2**20} MiB and was stopped"
                raise WorkerCrashed(sentence, call, stage)

    # how a worker ended

    def _broken(self, what: str, call: str, stage: Stage) -> NoReturn:
        self.kill()
        raise WorkerCrashed(f"{call} broke the connection to the judge: it sent {what}", call, stage) from None

    def _timed_out(self, call: str, stage: Stage) -> CallTimeout | BudgetSpent:
        assert self._worker is not None
        self._worker.ring()
        where = self._where()
        spent = time.monotonic() >= self._deadline
        self.kill()
        if spent:
            sentence = f"{call} was running{where} when the whole check ran out of its {self.budget:g} s"
            return BudgetSpent(sentence, call, stage)
        return CallTimeout(f"{call} did not return within {self.call_timeout:g} s{where}", call, stage)

    def _how_it_ended(self, call: str, stage: Stage) -> str:
        where = self._where()
        try:
            self._drain_output(call, stage)
        except WorkerCrashed as flood:
            return str(flood)
        assert self._worker is not None
        wrapped = self._worker.layers.bwrap
        try:
            status = self._worker.process.wait(timeout=EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            status = LOST_CONNECTION
        self.kill()
        if wrapped and status > 128:  # how bubblewrap passes a signal on
            status = 128 - status
        if status == LOST_CONNECTION:
            return f"{call} closed the connection to the judge{where}"
        if status < 0:
            return f"{call} was ended by {_signal_name(-status)}{where}"
        return f"{call} ended the process with exit code {status}{where}"

    def _where(self) -> str:
        """The line of the solution that was running, as the worker reports it when it is asked or crashes."""
        assert self._worker is not None
        give_up = time.monotonic() + TRACE_SECONDS
        text = ""
        while not text.endswith("in <module>\n") and len(text) < MAX_TRACE_CHARS:
            readable, _, _ = select.select([self._worker.trace], [], [], max(0.0, give_up - time.monotonic()))
            part = os.read(self._worker.trace, 1 << 16) if readable else b""
            if not part:
                break
            text += part.decode("utf-8", "replace")
        path = str(self.path).encode("ascii", "backslashreplace").decode()  # as `faulthandler` writes it
        found = re.search(rf'File "{re.escape(path)}", line (\d+) in (\S+)', text)
        return f" (it was at {self.path.name}:{found[1]}, in {found[2]})" if found else ""


def _signal_name(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"
    return f"{name} ({(signal.strsignal(number) or name).lower()})"
