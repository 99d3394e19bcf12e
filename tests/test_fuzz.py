"""Random values over the wire, and random bytes, trees and replies from a worker: nothing of it is more than a failed check.

`KATA_FUZZ=100000 pytest tests/test_fuzz.py` tries that many of each; by default it is a few, and always the same ones.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness import catalog
from harness.judge.collect import collect_checks
from harness.judge.replay import Check, run_check
from harness.judge.verdict import Outcome
from harness.sandbox import messages, wire
from harness.sandbox.errors import Overdue, Refused, SandboxError, WorkerCrashed
from harness.sandbox.messages import CallJudge, Missing, Ready, RemoteException, Reply, Request, Result, Unsendable

EXAMPLES = int(os.environ.get("KATA_FUZZ", "0"))
bounded = settings(
    max_examples=EXAMPLES or 150,
    deadline=None,
    derandomize=not EXAMPLES,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

DTYPES = st.sampled_from(["f8", "f4", "f2", "i8", "i4", "u1", "?", "c16", ">f8", "<i2"])


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    """Arrays of any dtype, shape and layout, with random bytes for numbers."""
    dtype = np.dtype(draw(DTYPES))
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=4)))
    data = draw(st.binary(min_size=64, max_size=64))
    size = math.prod(shape) * dtype.itemsize
    array = np.frombuffer((data * (size // 64 + 1))[:size], dtype=np.uint8).view(dtype).reshape(shape)
    if dtype.kind == "b":
        array = array.view(np.uint8).astype(bool)
    layouts = ["C", "F", "C read-only", "F read-only", *(["gapped"] if array.ndim else [])]
    return wire.with_layout(array, draw(st.sampled_from(layouts)))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.complex_numbers()
    | arrays()
    | st.floats(width=32).map(np.float32)
    | st.integers(-128, 127).map(np.int8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)
HANDLES = st.builds(wire.Handle, st.integers(0, 5), st.text(max_size=5), st.booleans(), st.booleans())
NAMES = st.text(max_size=8)
ERRORS = st.builds(
    RemoteException,
    st.sampled_from(["ValueError", "E", "\x1b[2J", ""]),
    st.lists(st.sampled_from(["Exception", "ValueError", "NotImplementedError", "SystemExit"]), max_size=3).map(tuple),
    NAMES,
    st.none() | st.integers(),
    NAMES,
    NAMES,
)
REPLIES: st.SearchStrategy[Reply] = (
    st.builds(
        Result,
        VALUES | HANDLES | st.lists(HANDLES | VALUES, max_size=3).map(tuple),
        st.floats(0, 1e300),
        st.lists(NAMES, max_size=2).map(tuple),
        st.lists(NAMES, max_size=2).map(tuple),
        st.booleans(),
        st.floats(0, 1e300),
    )
    | ERRORS
    | st.builds(Unsendable, NAMES)
    | st.builds(Missing, NAMES)
)


def split(frame: bytes) -> tuple[bytes, bytes]:
    """Header and payload of a frame."""
    header, payload = wire.frame_lengths(frame[: wire.LENGTHS.size])
    body = frame[wire.LENGTHS.size :]
    assert len(body) == header + payload
    return body[:header], body[header:]


def alike(a: Any, b: Any) -> bool:
    """Equal in type, form and every bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        flags = ("c_contiguous", "f_contiguous", "writeable")
        same_layout = all(getattr(a.flags, flag) == getattr(b.flags, flag) for flag in flags)
        return (a.dtype, a.shape) == (b.dtype, b.shape) and a.tobytes() == b.tobytes() and same_layout
    if isinstance(a, np.generic):
        return a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(map(alike, a.values(), b.values()))
    return repr(a) == repr(b)


def assert_can_be_sent_back(reply: Any) -> None:
    """Whatever the judge has accepted, a check may hand to the next call."""
    if isinstance(reply, Result):
        messages.pack(1, messages.Call(None, "f", ([reply.value],), {"again": reply.value}))


@bounded
@given(VALUES)
def test_what_is_sent_arrives(value: Any) -> None:
    assert alike(wire.unpack(*split(wire.pack(value))), value)


@bounded
@given(REPLIES)
def test_every_reply_of_the_right_form_arrives(reply: Reply) -> None:
    arrived = messages.unpack_reply(*split(messages.pack(4, reply)), 4)
    assert type(arrived) is type(reply)
    assert_can_be_sent_back(arrived)


@bounded
@given(REPLIES, st.data())
def test_damaged_frame_is_an_error_or_a_reply(reply: Reply, data: st.DataObject) -> None:
    header, payload = (bytearray(part) for part in split(messages.pack(4, reply)))
    for _ in range(data.draw(st.integers(1, 3))):
        part = header if data.draw(st.booleans()) or not payload else payload
        at = data.draw(st.integers(0, len(part)))
        what = data.draw(st.sampled_from(["flip", "cut", "insert", "swap"]))
        if what == "flip" and at < len(part):
            part[at] ^= 1 << data.draw(st.integers(0, 7))
        elif what == "cut":
            del part[at : at + data.draw(st.integers(1, 8))]
        elif what == "insert":
            part[at:at] = data.draw(
                st.sampled_from([b"[", b"]", b",", b'"', b"0", b"-1", b"null", b"1e999", b"{}", b"\xff"])
            )
        else:
            end = data.draw(st.integers(0, len(part)))
            part[at : at + 4], part[end : end + 4] = part[end : end + 4], part[at : at + 4]
    try:
        arrived = messages.unpack_reply(header, payload, 4)
    except wire.WireError:
        return
    assert_can_be_sent_back(arrived)


WORDS = ["array", "scalar", "list", "tuple", "dict", "handle", "attribute", "callback", "stand-in", "generator", "complex"]
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([*WORDS, "<f8", "|O", "C", "gapped", "Result"])
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.builds(lambda tag, rest: [tag, *rest], st.sampled_from(WORDS), st.lists(inner, max_size=5))
    ),
    max_leaves=25,
)


@bounded
@given(TREES, st.binary(max_size=64))
@example(
    ["tuple", [4, "Result", ["scalar", ["array", "<f8", [1], "C", 8]], 0.0, ["tuple", []], ["tuple", []], False, 0.0]],
    bytes(8),
)
@example(["array", "<f8", [2**62, 4], "C", 8], bytes(8))
def test_any_tree_is_an_error_or_a_value(tree: Any, payload: bytes) -> None:
    header = json.dumps(tree).encode()
    try:
        value = wire.unpack(header, payload, from_worker=True)
    except wire.WireError:
        return
    messages.pack(1, messages.Call(None, "f", ([value],), {}))


@bounded
@given(st.integers(3, 5), st.sampled_from([kind.__name__ for kind in messages.FROM_WORKER]), st.lists(SCALARS, max_size=7))
def test_any_fields_are_an_error_or_a_reply(number: int, name: str, fields: list[Any]) -> None:
    frame = split(wire.pack((number, name, *fields)))
    try:
        arrived = messages.unpack_reply(*frame, 4)
    except wire.WireError:
        return
    assert number == 4
    assert isinstance(arrived, Ready | Result | RemoteException | Unsendable | Missing | CallJudge)


class Forger:
    """A backend whose solution answers whatever hypothesis thinks of."""

    check_output = ""

    def __init__(self, draw: Callable[[], Reply | SandboxError]) -> None:
        self.methods: set[tuple[str, str]] = set()
        self.functions = wire.Functions()
        self._draw = draw
        self._left = 60

    def begin_check(self, seed: int) -> None:
        """Nothing is kept."""

    def request(self, request: Request, call: str) -> Reply:
        """A made-up reply; what could not cross the wire, or goes on for too long, is as with a worker."""
        self._left -= 1
        if self._left < 0:
            raise WorkerCrashed("enough", call)
        try:
            messages.pack(1, request)
        except wire.WireError as error:
            raise Refused(str(error), call) from None
        reply = self._draw()
        if isinstance(reply, SandboxError):
            raise reply
        if isinstance(reply, Result) and reply.ended and not isinstance(request, messages.Next):
            raise WorkerCrashed("broken", call)
        return reply

    def post(self, request: Request, call: str) -> None:
        """A reply that comes at once."""
        reply = self.request(request, call)
        if not isinstance(reply, Result):
            raise Overdue(request, call, reply)

    def settle(self) -> None:
        """Nothing is owed."""


@pytest.fixture(scope="module")
def checks() -> dict[str, tuple[Check, ...]]:
    """The hidden checks of some katas of different kinds."""
    return {name: collect_checks(catalog.load(name)) for name in ("relu", "conv2d", "adam", "softmax", "trainer")}


OBJECT = st.just(Result(wire.Handle(1, "Layer", False)))
METHOD = st.just(Result(wire.Handle(2, "method", True)))


@bounded
@given(data=st.data())
def test_checks_survive_any_reply(checks: dict[str, tuple[Check, ...]], data: st.DataObject) -> None:
    """Real hidden tests, fed with made-up replies: each comes out as something, and never as a failure of the judge."""
    kata = data.draw(st.sampled_from(sorted(checks)))
    check = data.draw(st.sampled_from(checks[kata]))
    plausible = st.one_of(OBJECT, METHOD, METHOD, st.builds(Result, arrays()), REPLIES)
    attempt = run_check(check, Forger(lambda: data.draw(plausible)), "answer.py", 0)
    assert isinstance(attempt.outcome, Outcome)
    assert isinstance(attempt.message, str)
