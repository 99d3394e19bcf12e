"""Reading whole frames from a pipe that does not block: what both ends of the wire do alike."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from . import wire

GLANCES = 100
LONG_SECONDS = 0.0002  # a glance takes a microsecond where nobody else wants the processor
REST_SECONDS = 0.1

_rest_until = 0.0


class Closed(Exception):
    """The other end of the pipe is closed."""


def read_frame(
    descriptor: int, limit: int, wait: Callable[[], None], give_up: float = float("inf")
) -> tuple[bytearray, bytearray]:
    """Header and payload of the next frame.

    Args:
        descriptor: a pipe in non-blocking mode.
        limit: bytes that the payload may have.
        wait: sleeps until there may be something to read; may raise.
        give_up: `time.monotonic()` after which reading ends, even if the other end goes on sending.

    Raises:
        WireError: the frame is larger than allowed.
        TimeoutError: it is `give_up` o'clock.
        Closed: see there.
    """
    header, payload = wire.frame_lengths(_read(descriptor, wire.LENGTHS.size, wait, give_up), limit)
    return _read(descriptor, header, wait, give_up), _read(descriptor, payload, wait, give_up)


def _glance() -> None:
    """Let others run for a moment: most answers take less time than falling asleep and waking up again.

    On a busy machine it is the other way round: whoever yields waits for a whole turn, and whoever wakes up goes first.
    """
    global _rest_until
    began = time.monotonic()
    os.sched_yield()
    if (now := time.monotonic()) - began > LONG_SECONDS:
        _rest_until = now + REST_SECONDS


def _read(descriptor: int, size: int, wait: Callable[[], None], give_up: float) -> bytearray:
    data = bytearray(size)
    left = memoryview(data)
    glances = 0
    while left:
        try:
            count = os.readv(descriptor, [left])
        except BlockingIOError:
            glances += 1
            if glances < GLANCES and time.monotonic() >= _rest_until:
                _glance()
            else:
                wait()
            continue
        if not count:
            raise Closed
        left = left[count:]
        if time.monotonic() > give_up:
            raise TimeoutError
    return data
