"""Values as frames of bytes, between judge and worker. Data only: no pickle, no code, a cap on size.

A frame is the lengths of header and payload, a JSON header, and the bytes of all arrays one after another. In the
header a value is a JSON scalar or a list that begins with a tag; an array is `["array", dtype, shape, layout, length]`.
The raw bytes with dtype and shape beside them are what an `.npy` file holds, without its text header to parse: the
dtype is checked against a short list of kinds, so an object array cannot even be spelt.

The judge believes nothing that a worker sends: it reads frames with `from_worker=True`, which refuses what only the
judge has reason to send (a generator's state is plain numbers, but the wrong ones make NumPy read outside its memory).

Both processes import this module; the worker does so by path.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

LENGTHS = struct.Struct(">IQ")
MAX_FRAME_BYTES = 256 * 2**20
MAX_REPLY_BYTES = 64 * 2**20
MAX_HEADER_BYTES = 2**20
MAX_DEPTH = 20
MAX_AXES = 64
MAX_DTYPE_CHARS = 6
MAX_ODD_KEYS = 1000
MAX_INTEGER = 1 << 4096
ARRAY_KINDS = "biufc"
JUDGE_ONLY = ("callback", "stand-in", "generator", "attribute")


class WireError(Exception):
    """A value that cannot be sent, or bytes that are no frame; the message says why."""


@dataclass(frozen=True)
class Handle:
    """Stands for an object that stays where the solution runs."""

    id: int
    type: str
    callable: bool = False
    iterator: bool = False


@dataclass(frozen=True)
class Attribute:
    """Stands for something that the solution defines: a class or function of its module, or a method of an object."""

    target: int | None
    name: str


@dataclass(frozen=True)
class Callback:
    """Stands for a function that stays in the judge and can be called from the solution."""

    id: int
    name: str


class Functions:
    """The judge's functions that a solution can call."""

    def __init__(self) -> None:
        self._by_number: dict[int, Callable[..., Any]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_number)

    def add(self, function: Callable[..., Any]) -> Callback:
        """Make a function callable; what comes back stands for it on the other side."""
        number = len(self._by_number) + 1
        self._by_number[number] = function
        return Callback(number, getattr(function, "__name__", "function"))

    def call(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return self._by_number[number](*args, **kwargs)

    def clear(self) -> None:
        self._by_number.clear()


@dataclass(frozen=True)
class StandIn:
    """Describes an object to be built beside the solution: attributes that live there, methods that call the judge.

    When such a method is called, the judge's function gets the object's current attributes (as a dict) before its arguments.
    """

    attributes: dict[str, Any]
    methods: dict[str, Callback]


def pack(message: Any) -> bytes:
    """One message as the bytes of a frame."""
    buffers: list[bytes] = []
    size = [0]
    tree = _encode(message, buffers, size, 0)
    header = _ENCODER.encode(tree).encode()
    if len(header) > MAX_HEADER_BYTES:
        raise WireError(f"{len(header):,} bytes without its arrays; at most {MAX_HEADER_BYTES:,} are accepted")
    return b"".join((LENGTHS.pack(len(header), size[0]), header, *buffers))


def frame_lengths(prefix: bytes | bytearray, limit: int = MAX_FRAME_BYTES) -> tuple[int, int]:
    """Lengths of header and payload from a frame's first `LENGTHS.size` bytes; the payload may have `limit` bytes."""
    header, payload = LENGTHS.unpack(prefix)
    if header > MAX_HEADER_BYTES or payload > limit:
        raise WireError(f"a frame of {header + payload:,} bytes is larger than allowed")
    return header, payload


def unpack(header: bytes | bytearray, payload: bytes | bytearray, from_worker: bool = False) -> Any:
    """The message that a frame holds. Arrays are fresh copies.

    Args:
        header, payload: the two parts of a frame.
        from_worker: refuse what only the judge may send, and what could not be sent back.
    """
    rules = _FROM_WORKER if from_worker else _FROM_JUDGE
    try:
        tree = _DECODER.decode(header.decode())
        value, end = _decode(tree, memoryview(payload), 0, 0, rules)
    except Exception as error:  # the bytes may be anything, and so may be what goes wrong with them
        raise WireError(f"bytes that are no frame ({type(error).__name__})") from None
    if end != len(payload):
        raise WireError("bytes that are no frame (bytes left over)")
    return value


def array_layout(array: np.ndarray) -> str:
    """How an array lies in memory, as far as the other side must reproduce it: C, F or gapped, and read-only."""
    order = "C" if array.flags.c_contiguous else "F" if array.flags.f_contiguous else "gapped"
    return order if array.flags.writeable else order + " read-only"


def with_layout(array: np.ndarray, layout: str) -> np.ndarray:
    """A copy of `array` that lies in memory as `layout` says."""
    order, _, read_only = layout.partition(" ")
    if order == "gapped":
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), dtype=array.dtype)
        copy = wide[..., ::2]
        copy[...] = array
    else:
        copy = np.array(array, order="F" if order == "F" else "C", subok=False)
    if read_only:
        copy.flags.writeable = False
    return copy


def plain_array(array: np.ndarray) -> np.ndarray:
    """`array` as a true `ndarray` of numbers, whatever its subclass says about itself."""
    base = np.ndarray.view(array, np.ndarray)
    if base.dtype.kind not in ARRAY_KINDS:
        raise WireError(f"an array of dtype {base.dtype}; only arrays of numbers or booleans are accepted")
    return base


def encodable(text: str) -> str:
    """`text` without lone surrogates, which Python allows in a string and no file or terminal takes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _encode(value: Any, buffers: list[bytes], size: list[int], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise WireError(f"a value nested more than {MAX_DEPTH} deep")
    kind = type(value)
    if value is None or kind is bool or kind is int or kind is float or kind is str:
        if kind is int and abs(value) >= MAX_INTEGER:
            raise WireError("an integer of more than 4096 bits")
        return value
    if issubclass(kind, np.ndarray):
        array = plain_array(value)
        size[0] += array.nbytes
        if size[0] > MAX_FRAME_BYTES:
            raise WireError(f"arrays of more than {MAX_FRAME_BYTES // 2**20} MiB together")
        buffers.append(array.tobytes())
        return ["array", array.dtype.str, array.shape, array_layout(array), array.nbytes]
    if issubclass(kind, np.generic):
        return ["scalar", _encode(np.asarray(value), buffers, size, depth + 1)]
    if kind is list or kind is tuple:
        return [kind.__name__, [_encode(item, buffers, size, depth + 1) for item in value]]
    if kind is dict:
        _limit_odd_keys(value)
        encoded = [[_encode(k, buffers, size, depth + 1), _encode(v, buffers, size, depth + 1)] for k, v in value.items()]
        return ["dict", encoded]
    if kind is Handle:
        return ["handle", value.id, value.type, value.callable, value.iterator]
    if kind is Callback:
        return ["callback", value.id, value.name]
    if kind is Attribute:
        return ["attribute", value.target, value.name]
    if kind is StandIn:
        parts = (value.attributes, value.methods)
        return ["stand-in", *(_encode(part, buffers, size, depth + 1) for part in parts)]
    if issubclass(kind, np.random.Generator):
        state = value.bit_generator.state
        return ["generator", _encode(state, buffers, size, depth + 1)]
    if kind is complex:
        return ["complex", value.real, value.imag]
    if kind is bytes:
        return ["bytes", value.hex()]
    raise WireError(f"a value of type {kind.__name__}")


@dataclass(frozen=True)
class _Rules:
    """What `_decode` accepts: no value of a refused tag, and lists this deep."""

    refused: tuple[str, ...]
    depth: int


_FROM_JUDGE = _Rules((), MAX_DEPTH + 1)
_FROM_WORKER = _Rules(JUDGE_ONLY, MAX_DEPTH - 4)  # sent back as an argument, a result lies a few levels deeper


def _no_object(pairs: list[tuple[str, Any]]) -> None:
    raise ValueError("an object where a list should be")


_ENCODER = json.JSONEncoder(separators=(",", ":"))  # made once: `dumps` and `loads` would make one for each frame
_DECODER = json.JSONDecoder(object_pairs_hook=_no_object)


def _decode(tree: Any, payload: memoryview, at: int, depth: int, rules: _Rules) -> tuple[Any, int]:
    if isinstance(tree, str):
        return encodable(tree), at
    if not isinstance(tree, list):
        if type(tree) is int and abs(tree) >= MAX_INTEGER:
            raise ValueError("integer too large")
        return tree, at
    if depth > rules.depth:
        raise ValueError("nested too deep")
    tag = tree[0]
    if tag in rules.refused:
        raise ValueError(f"{tag} from a worker")
    if tag == "array":
        _, dtype_name, shape, layout, length = tree
        if type(dtype_name) is not str or len(dtype_name) > MAX_DTYPE_CHARS or len(shape) > MAX_AXES:
            raise ValueError("array description")
        dtype = np.dtype(dtype_name)
        if dtype.kind not in ARRAY_KINDS or dtype.hasobject:
            raise ValueError(f"dtype {dtype_name}")
        if any(type(n) is not int or not 0 <= n < 2**63 for n in shape) or math.prod(shape) * dtype.itemsize != length:
            raise ValueError("array size")
        flat = np.frombuffer(payload[at : at + length], dtype=dtype)
        return with_layout(flat.reshape(shape), layout), at + length
    if tag == "scalar":
        array, at = _decode(tree[1], payload, at, depth + 1, rules)
        if type(array) is not np.ndarray or array.ndim:
            raise ValueError("a number that is none")
        return array[()], at
    if tag in ("list", "tuple"):
        items = []
        for item in tree[1]:
            decoded, at = _decode(item, payload, at, depth + 1, rules)
            items.append(decoded)
        return (items if tag == "list" else tuple(items)), at
    if tag == "dict":
        _limit_odd_keys(key for key, _ in tree[1])
        pairs: dict[Any, Any] = {}
        for key_tree, value_tree in tree[1]:
            key, at = _decode(key_tree, payload, at, depth + 1, rules)
            if key in pairs:
                raise ValueError("a key that comes twice")
            pairs[key], at = _decode(value_tree, payload, at, depth + 1, rules)
        return pairs, at
    if tag == "handle":
        return Handle(int(tree[1]), encodable(str(tree[2])), bool(tree[3]), bool(tree[4])), at
    if tag == "attribute":
        return Attribute(tree[1], tree[2]), at
    if tag == "callback":
        return Callback(int(tree[1]), encodable(str(tree[2]))), at
    if tag == "stand-in":
        attributes, at = _decode(tree[1], payload, at, depth + 1, rules)
        methods, at = _decode(tree[2], payload, at, depth + 1, rules)
        return StandIn(attributes, methods), at
    if tag == "generator":
        state, at = _decode(tree[1], payload, at, depth + 1, rules)
        return generator_from_state(state), at
    if tag == "complex":
        return complex(tree[1], tree[2]), at
    if tag == "bytes":
        return bytes.fromhex(tree[1]), at
    raise ValueError(f"unknown tag {tag!r}")


def _limit_odd_keys(keys: Iterable[Any]) -> None:
    """Only texts have hashes that nobody can make collide at will: of numbers as keys a dict has few."""
    if sum(type(key) is not str for key in keys) > MAX_ODD_KEYS:
        raise WireError(f"a dict with more than {MAX_ODD_KEYS:,} keys that are not text")


def generator_from_state(state: dict[str, Any]) -> np.random.Generator:
    """A new generator that will draw the same numbers as the one whose bit generator is in `state`."""
    names = {"PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"}
    if state.get("bit_generator") not in names:
        raise ValueError("unknown bit generator")
    bits = getattr(np.random, state["bit_generator"])()
    bits.state = state
    return np.random.Generator(bits)
