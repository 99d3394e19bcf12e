"""What wrong numbers themselves suggest: a constant factor, swapped axes, one wrong row.

The diagnosis falls back on this where no mistake of the bank returned the same values. It is a hint at where to look, so it
says nothing where it would be empty: of lone numbers, and of differences that are no more than rounding.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

RTOL = 1e-6
ROUNDING = 1e-6
"""Wrong by less than this share of the largest value: rounding of some kind, in which any pattern is an accident."""
MANY = 6
"""Numbers that show whether their errors have a direction."""
MIXED = 0.2
"""Share of errors that have either sign, at least, where it is rounding."""
SIZE_NAMES = {1: ("N",), 2: ("N", "D"), 3: ("N", "T", "D"), 4: ("N", "C", "H", "W")}


def describe_difference(got: np.ndarray, expected: np.ndarray, input_shape: tuple[int, ...]) -> str:
    """One sentence on how `got` differs from `expected`, or an empty string where nothing stands out.

    Args:
        got: what the solution returned, any shape.
        expected: what it should have been.
        input_shape: the shape of the last input, which gives factors their names: N, C, H, W for four axes.
    """
    got, expected = np.asarray(got), np.asarray(expected)
    if got.dtype.kind not in "biuf" or expected.dtype.kind not in "biuf":
        return ""
    if got.shape != expected.shape:
        return _shape(got, expected)
    if got.size < 2:
        return ""
    coarse = _too_coarse(got, expected)
    if coarse:
        return coarse
    got, expected = got.astype(np.float64), expected.astype(np.float64)
    with np.errstate(all="ignore"):
        if not np.all(np.isfinite(got)):
            return _not_finite(got, expected)
        if np.abs(got - expected).max() <= ROUNDING * np.abs(expected).max():
            return ""
        for describe in (_zero, _factor, _permuted, _reversed, _shifted, _few_rows, _constant_offset):
            text = describe(got, expected, input_shape)
            if text:
                return text
    return ""


def _too_coarse(got: np.ndarray, expected: np.ndarray) -> str:
    """Whether the values are the expected ones, rounded to a coarser dtype."""
    if expected.dtype != np.float64 or expected.size == 0 or not np.all(np.isfinite(got)):
        return ""
    if got.dtype.kind in "iu" and np.any(expected != np.trunc(expected)) and np.all(np.abs(got - expected) < 1):
        return "The values are whole numbers: some step computes or stores integers."
    errors = got.astype(np.float64) - expected
    in_units = np.abs(errors) / (float(np.finfo(np.float32).eps) * float(np.max(np.abs(expected), initial=0.0)) or 1.0)
    rounded = got.size >= MANY and 0.01 < in_units.max() <= 4
    # what rounding adds has no direction; a missing eps or a small term has one
    if rounded and MIXED <= np.mean(errors > 0) <= 1 - MIXED and MIXED <= np.mean(errors * expected > 0) <= 1 - MIXED:
        return "The values are right to the precision of float32 only: some step computes in it."
    return ""


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    scale = float(np.max(np.abs(b), initial=0.0))
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= RTOL * scale)) and scale > 0


def _shape(got: np.ndarray, expected: np.ndarray) -> str:
    if sorted(got.shape) == sorted(expected.shape):
        return "The shape is a permutation of the right one: look for a transpose, and at the order of the results."
    if tuple(n for n in got.shape if n != 1) == tuple(n for n in expected.shape if n != 1):
        return "The shape differs only in axes of length 1: look at keepdims, reshape or squeeze."
    if got.ndim > expected.ndim:
        missing = got.ndim - expected.ndim
        return f"It has {missing} {'axis' if missing == 1 else 'axes'} too many: perhaps a sum over them is missing."
    if got.ndim < expected.ndim:
        return "It has fewer axes than it should: perhaps a sum runs over one axis too many."
    return ""


def _not_finite(got: np.ndarray, expected: np.ndarray) -> str:
    out_of_place = ~np.isfinite(got) & np.isfinite(expected)
    rows = np.flatnonzero(out_of_place.reshape(len(got), -1).any(axis=1))
    if not len(rows):
        return ""
    if len(rows) < len(got):
        return f"NaN or inf stands only in row{'s' if len(rows) > 1 else ''} {_list(rows)} of {len(got)}."
    return "NaN or inf comes from 0/0, inf - inf, log(0) or exp of a large number: look for the first of these."


def _zero(got: np.ndarray, expected: np.ndarray, _: tuple[int, ...]) -> str:
    return "Every value is exactly zero." if not np.any(got) and np.any(expected) else ""


def _factor(got: np.ndarray, expected: np.ndarray, input_shape: tuple[int, ...]) -> str:
    norm = float(np.sum(expected**2))
    if not norm:
        return ""
    factor = float(np.sum(got * expected)) / norm
    if abs(factor - 1) < 1e-6 or not factor or not _close(got, factor * expected):
        return ""
    number, name = f"{factor:.6g}", _name_of(factor, input_shape)
    return f"Every value is {number} times what it should be{f', which is {name}' if name not in ('', number) else ''}."


def _name_of(factor: float, input_shape: tuple[int, ...]) -> str:
    candidates: list[tuple[str, float]] = [
        ("-1", -1.0),
        ("2", 2.0),
        ("1/2", 0.5),
        ("sqrt(2)", 2**0.5),
        ("1/sqrt(2)", 0.5**0.5),
    ]
    names = SIZE_NAMES.get(len(input_shape), ())
    sizes = dict(zip(names, map(float, input_shape), strict=False))
    if {"H", "W"} <= set(sizes):
        sizes["H*W"] = sizes["H"] * sizes["W"]
        sizes["N*H*W"] = sizes["N"] * sizes["H*W"]
    if len(input_shape) > 1:
        sizes["the number of elements"] = float(np.prod(input_shape))
    for name, size in sizes.items():
        if size > 2:
            fraction = f"1/({name})" if "*" in name else f"1/{name}"
            candidates += [(name, size), (fraction, 1 / size), (f"-{name}", -size), (f"-{fraction}", -1 / size)]
    near = [name for name, value in candidates if abs(factor - value) <= 1e-6 * abs(value)]
    return " or ".join(near[:2])


def _permuted(got: np.ndarray, expected: np.ndarray, _: tuple[int, ...]) -> str:
    if not 2 <= got.ndim <= 4:
        return ""
    for axes in permutations(range(got.ndim)):
        if axes != tuple(range(got.ndim)) and _close(got, expected.transpose(axes)):
            return "It is the transpose of what it should be." if got.ndim == 2 else f"Its axes are permuted: {axes}."
    return ""


def _reversed(got: np.ndarray, expected: np.ndarray, _: tuple[int, ...]) -> str:
    for axis in range(got.ndim):
        if got.shape[axis] > 1 and _close(got, np.flip(expected, axis)):
            return f"It is reversed along axis {axis}."
    if got.ndim >= 2 and _close(got, np.flip(expected, (-2, -1))):
        return "It is flipped along its last two axes, as by a kernel turned round."
    return ""


def _shifted(got: np.ndarray, expected: np.ndarray, _: tuple[int, ...]) -> str:
    for axis in range(got.ndim):
        n = got.shape[axis]
        if n < 3:
            continue
        ahead, behind = range(1, n), range(n - 1)
        for here, there, way in ((behind, ahead, "early"), (ahead, behind, "late")):
            moved = np.take(expected, there, axis)
            if _close(np.take(got, here, axis), moved) and not _close(np.take(expected, here, axis), moved):
                return f"Along axis {axis} every value stands one place too {way}: off by one in a window or an index."
    return ""


def _constant_offset(got: np.ndarray, expected: np.ndarray, _: tuple[int, ...]) -> str:
    missing = expected - got
    if missing.size < 2:
        return ""
    constant_along = [
        axis
        for axis in range(missing.ndim)
        if missing.shape[axis] > 1 and np.ptp(missing, axis=axis).max() <= RTOL * np.abs(expected).max()
    ]
    if len(constant_along) == missing.ndim and np.any(missing):
        return f"The same number, {missing.flat[0]:.6g}, is missing everywhere."
    if constant_along:
        axes = " and ".join(map(str, constant_along))
        plural = "axes" if len(constant_along) > 1 else "axis"
        return f"What is missing does not vary along {plural} {axes}: a term of lower rank, such as a bias or a mean."
    return ""


def _few_rows(got: np.ndarray, expected: np.ndarray, _: tuple[int, ...]) -> str:
    scale = float(np.abs(expected).max())
    wrong = np.abs(got - expected) > RTOL * scale
    for axis in range(got.ndim):
        n = got.shape[axis]
        hit = np.flatnonzero(wrong.any(axis=tuple(other for other in range(got.ndim) if other != axis)))
        if n > 2 and 0 < len(hit) <= n // 3:
            subject, verb = ("indexes", "are") if len(hit) > 1 else ("index", "is")
            return f"Only {subject} {_list(hit)} of axis {axis} {verb} wrong; the rest is right."
    return ""


def _list(numbers: np.ndarray) -> str:
    return ", ".join(str(int(n)) for n in numbers[:5]) + (", ..." if len(numbers) > 5 else "")
