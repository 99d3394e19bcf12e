"""The judge's end of a worker: sends requests, waits with a deadline, and says in a sentence how a worker ended."""

from __future__ import annotations

import os
import re
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import wire
from .errors import BudgetSpent, CallTimeout, JudgeFailure, RemoteException, SolutionRaised, WorkerCrashed
from .interrupt import Interrupt, Interrupted
from .spawn import Spawned, spawn

START_SECONDS = 60.0
TRACE_SECONDS = 0.3
KEPT_OUTPUT_BYTES = 20_000
MAX_OUTPUT_BYTES = 16 * 2**20


class WorkerClient:
    """A solution in a worker process; a worker that ended is replaced when the next check begins.

    Args:
        path: the solution's file.
        call_timeout: seconds that one call may take.
        budget: seconds that all calls together may take.
        sandbox: as for `spawn`.
        first: a worker that was started already, before the heavy imports.
        interrupt: once set, whatever waits for the worker raises `Interrupted`, and the worker is gone.
    """

    def __init__(
        self,
        path: Path,
        call_timeout: float = 10.0,
        budget: float = 60.0,
        sandbox: str = "none",
        first: Spawned | None = None,
        interrupt: Interrupt | None = None,
    ) -> None:
        self.path = path.resolve()
        self.call_timeout = call_timeout
        self.budget = budget
        self.timeouts = 0
        self._sandbox = sandbox
        self._worker = first
        self._interrupt = interrupt
        self._ready = False
        self._deadline = time.monotonic() + budget
        self._functions: dict[int, Callable[..., Any]] = {}
        self._output = bytearray()
        self._output_bytes = 0
        self._output_in_call = 0

    @property
    def output(self) -> str:
        """What the solution printed so far, on either stream; the end is cut off when it is long."""
        text = self._output.decode("utf-8", "replace")
        dropped = self._output_bytes - len(self._output)
        return text + (f"\n[... and {dropped:,} more bytes]" if dropped else "")

    def start(self) -> list[str]:
        """Make sure that a worker runs with the solution loaded; returns the names of what it defines and can be called.

        Raises:
            SolutionRaised: the file itself raised, or is not Python.
            WorkerCrashed, CallTimeout, BudgetSpent: as for `request`.
        """
        if self._ready:
            return []
        if self._worker is None:
            self._worker = spawn(self._sandbox)
        file = self.path.name
        try:
            hello = self._answer(f"starting {file}", START_SECONDS)
        except WorkerCrashed as error:
            raise JudgeFailure(f"the worker process did not start: {error}\n{self.output}") from None
        if hello != {"value": "ready"}:
            raise JudgeFailure("the worker process did not start as it should")
        reply = self._exchange({"op": "load", "path": str(self.path)}, f"importing {file}")
        if "error" in reply:
            error = RemoteException(**reply["error"])
            self.kill()
            raise SolutionRaised(f"importing {file}", error, file)
        self._ready = True
        names: list[str] = reply["value"]
        return names

    def begin_check(self, seed: int) -> None:
        """A new check begins: a live worker with the solution loaded, and no objects left from the last check."""
        self.start()
        self._functions.clear()
        self._exchange({"op": "reset", "seed": seed % 2**32}, "starting a check")

    def request(self, message: dict[str, Any], call: str) -> dict[str, Any]:
        """Send one request and wait for its reply. `call` is how the sentences name what was called.

        Raises:
            CallTimeout: no answer within `call_timeout` seconds; the worker is gone.
            WorkerCrashed: the worker died or exited, printed without end, or sent something unreadable; it is gone.
            BudgetSpent: all calls together have used up the budget; the worker is gone.
        """
        if not self._ready:
            raise WorkerCrashed(f"{call} could not run: the process that held the solution had already ended")
        return self._exchange(message, call)

    def register(self, function: Callable[..., Any]) -> wire.Callback:
        """Make a function of the judge callable from the solution, until the next check begins."""
        number = len(self._functions) + 1
        self._functions[number] = function
        return wire.Callback(number, getattr(function, "__name__", "function"))

    def kill(self) -> int | None:
        """End the worker, if there is one; returns its exit status."""
        self._ready = False
        worker, self._worker = self._worker, None
        if worker is None:
            return None
        status = worker.kill()
        return status

    # one exchange

    def _exchange(self, message: dict[str, Any], call: str) -> dict[str, Any]:
        try:
            frame = wire.pack(message)
        except wire.WireError as error:
            raise JudgeFailure(f"a hidden test sent {error}") from error
        self._output_in_call = 0
        left = self._deadline - time.monotonic()
        if left <= 0:
            self.kill()
            raise BudgetSpent(f"the whole check ran out of its {self.budget:g} s")
        self._send(frame, call)
        return self._answer(call, min(self.call_timeout, left))

    def _answer(self, call: str, seconds: float) -> dict[str, Any]:
        """Wait for the reply; calls of the judge's functions that come in the meantime are carried out."""
        give_up = time.monotonic() + seconds
        while True:
            try:
                reply = wire.unpack(*self._read_frame(call, give_up))
            except wire.WireError as error:
                self.kill()
                raise WorkerCrashed(f"{call} broke the connection to the judge: {error}") from None
            if not isinstance(reply, dict):
                self.kill()
                raise WorkerCrashed(f"{call} broke the connection to the judge: not a reply")
            if "callback" in reply:
                self._send(wire.pack(self._carry_out(reply)), call)
                continue
            self._drain_output(call)
            return reply

    def _carry_out(self, reply: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"value": self._functions[reply["callback"]](*reply["args"], **reply["kwargs"])}
        except Exception as error:
            return {"raise": (type(error).__name__, str(error))}

    def _send(self, frame: bytes, call: str) -> None:
        assert self._worker is not None
        data = memoryview(frame)
        try:
            while data:
                data = data[os.write(self._worker.requests, data) :]
        except BrokenPipeError:
            raise WorkerCrashed(self._how_it_ended(call)) from None

    def _read_frame(self, call: str, give_up: float) -> tuple[bytes, bytes]:
        header, payload = wire.frame_lengths(self._read(wire.LENGTHS.size, call, give_up))
        return self._read(header, call, give_up), self._read(payload, call, give_up)

    def _read(self, size: int, call: str, give_up: float) -> bytes:
        worker = self._worker
        assert worker is not None
        parts = bytearray()
        while len(parts) < size:
            try:
                part = os.read(worker.replies, min(size - len(parts), 1 << 20))
            except BlockingIOError:
                left = give_up - time.monotonic()
                if left <= 0:
                    raise self._timed_out(call) from None
                interrupts = [self._interrupt.fileno()] if self._interrupt else []
                readable, _, _ = select.select([worker.replies, worker.output, *interrupts], [], [], left)
                if interrupts and interrupts[0] in readable:
                    self.kill()
                    raise Interrupted
                if worker.output in readable:
                    self._drain_output(call)
                continue
            if not part:
                raise WorkerCrashed(self._how_it_ended(call))
            parts += part
        return bytes(parts)

    def _drain_output(self, call: str) -> None:
        """Take what the solution printed off the pipe, keep the beginning, and stop one that prints without end."""
        if self._worker is None:
            return
        for _ in range(64):
            try:
                part = os.read(self._worker.output, 1 << 16)
            except BlockingIOError:
                return
            if not part:
                return
            self._output += part[: KEPT_OUTPUT_BYTES - len(self._output)] if len(self._output) < KEPT_OUTPUT_BYTES else b""
            self._output_bytes += len(part)
            self._output_in_call += len(part)
            if self._output_in_call > MAX_OUTPUT_BYTES:
                self.kill()
                raise WorkerCrashed(f"{call} printed more than {MAX_OUTPUT_BYTES // 2**20} MiB and was stopped")

    # how a worker ended

    def _timed_out(self, call: str) -> CallTimeout | BudgetSpent:
        where = self._where(ask=True)
        spent = time.monotonic() >= self._deadline
        self.kill()
        if spent:
            return BudgetSpent(f"{call} was running{where} when the whole check ran out of its {self.budget:g} s")
        self.timeouts += 1
        return CallTimeout(f"{call} did not return within {self.call_timeout:g} s{where}")

    def _how_it_ended(self, call: str) -> str:
        where = self._where(ask=False)
        try:
            self._drain_output(call)
        except WorkerCrashed as flood:
            return str(flood)
        assert self._worker is not None
        try:
            status = self._worker.process.wait(timeout=1.0)
        except Exception:
            self.kill()
            return f"{call} closed the connection to the judge{where}"
        self.kill()
        if status < 0:
            name = signal.Signals(-status).name
            return f"{call} was ended by {name} ({(signal.strsignal(-status) or name).lower()}){where}"
        return f"{call} ended the process with exit code {status}{where}"

    def _where(self, ask: bool) -> str:
        """The line of the solution that was running, where the worker can still tell or has told as it crashed."""
        assert self._worker is not None
        if ask and self._sandbox == "none":
            os.kill(self._worker.process.pid, signal.SIGUSR1)
            select.select([self._worker.trace], [], [], TRACE_SECONDS)
        try:
            text = os.read(self._worker.trace, 1 << 16).decode("utf-8", "replace")
        except BlockingIOError:
            return ""
        found = re.search(rf'File "{re.escape(str(self.path))}", line (\d+) in (\S+)', text)
        return f" (it was at {self.path.name}:{found[1]}, in {found[2]})" if found else ""
