"""How fast the references of the array-heavy katas are, each beside another way of computing the same.

    python benchmarks/reference_speed.py [--seconds 2]

One thread, float64. Every line times two things in turn and gives the median of their paired ratios: below 1 the
reference is faster. conv2d stands beside the bare matrix product of its size (which no implementation can beat by much)
and beside an im2col by fancy indexing; the others beside the plain way, one window at a time.
"""

from __future__ import annotations

from harness.sandbox.threads import use_one_thread

use_one_thread()  # before NumPy is imported, or it has no effect

import argparse
import time
from collections.abc import Callable

import numpy as np

from reference.batchnorm import BatchNorm2d
from reference.conv2d import Conv2d
from reference.im2col import col2im, im2col
from reference.maxpool import MaxPool2d

CONV_SIZES = ((8, 16, 32, 32), (32, 3, 32, 16), (16, 64, 28, 64))
Action = Callable[[], object]


def compare(name: str, ours: Action, theirs: Action, seconds: float) -> float:
    """Time two actions in turn; print and return the median of ours / theirs."""
    ours(), theirs()
    ratios: list[float] = []
    our_times: list[float] = []
    began = time.perf_counter()
    while len(ratios) < 5 or time.perf_counter() - began < seconds:
        laps = []
        for action in (ours, theirs):
            lap = time.perf_counter()
            action()
            laps.append(time.perf_counter() - lap)
        ratios.append(laps[0] / laps[1])
        our_times.append(laps[0])
    low, ratio, high = np.percentile(ratios, (25, 50, 75))
    print(f"{name:<58}{1000 * np.median(our_times):9.2f} ms{ratio:8.2f} times ({low:.2f} to {high:.2f})")
    return float(ratio)


def fancy_indices(channels: int, k: int, out: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The index arrays of the well-known im2col by fancy indexing: channel, row and column of each entry of the columns."""
    row = np.tile(np.repeat(np.arange(k), k), channels)[:, None] + np.repeat(np.arange(out), out)[None, :]
    column = np.tile(np.arange(k), k * channels)[:, None] + np.tile(np.arange(out), out)[None, :]
    channel = np.repeat(np.arange(channels), k * k)[:, None]
    return channel, row, column


def fancy_forward(layer: Conv2d, x: np.ndarray) -> np.ndarray:
    """The convolution by fancy indexing, 3x3 kernels with padding 1."""
    n, c, size, _ = x.shape
    o = len(layer.weight)
    channel, row, column = fancy_indices(c, 3, size)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    columns = padded[:, channel, row, column].transpose(1, 2, 0).reshape(c * 9, -1)
    out = layer.weight.reshape(o, -1) @ columns + layer.bias[:, None]
    return out.reshape(o, size, size, n).transpose(3, 0, 1, 2)


def conv_case(n: int, c: int, size: int, o: int, seconds: float) -> None:
    rng = np.random.default_rng(0)
    layer = Conv2d(c, o, 3, padding=1, rng=rng)
    x, d_out = rng.normal(size=(n, c, size, size)), rng.normal(size=(n, o, size, size))
    matrix, columns = layer.weight.reshape(o, -1), rng.normal(size=(n, c * 9, size * size))
    d_flat, transposed = d_out.reshape(n, o, -1), columns.transpose(0, 2, 1)
    label = f"{n}x{c}x{size}x{size}, {o} kernels"
    assert np.allclose(fancy_forward(layer, x), layer.forward(x))
    compare(f"conv2d forward {label} / bare product", lambda: layer.forward(x), lambda: matrix @ columns, seconds)
    compare(f"conv2d forward {label} / fancy indexing", lambda: layer.forward(x), lambda: fancy_forward(layer, x), seconds)
    compare(
        f"conv2d backward {label} / its two products",
        lambda: layer.backward(d_out),
        lambda: (d_flat @ transposed, matrix.T @ d_flat),
        seconds,
    )


def plain_im2col(x: np.ndarray, k: int) -> np.ndarray:
    n, c, h, w = x.shape
    out_h, out_w = h - k + 1, w - k + 1
    columns = np.empty((n, c * k * k, out_h * out_w))
    for i in range(out_h):
        for j in range(out_w):
            columns[:, :, i * out_w + j] = x[:, :, i : i + k, j : j + k].reshape(n, -1)
    return columns


def plain_col2im(columns: np.ndarray, shape: tuple[int, int, int, int], k: int) -> np.ndarray:
    n, c, _, w = shape
    out_w = w - k + 1
    x = np.zeros(shape)
    for place in range(columns.shape[2]):
        i, j = divmod(place, out_w)
        x[:, :, i : i + k, j : j + k] += columns[:, :, place].reshape(n, c, k, k)
    return x


def plain_maxpool(x: np.ndarray, k: int) -> np.ndarray:
    n, c, h, w = x.shape
    out = np.empty((n, c, h // k, w // k))
    for i in range(h // k):
        for j in range(w // k):
            out[:, :, i, j] = x[:, :, i * k : i * k + k, j * k : j * k + k].max(axis=(2, 3))
    return out


def plain_maxpool_backward(x: np.ndarray, d_out: np.ndarray, k: int) -> np.ndarray:
    n, c = x.shape[:2]
    d_x = np.zeros_like(x)
    images, channels = np.ogrid[:n, :c]
    for i in range(d_out.shape[2]):
        for j in range(d_out.shape[3]):
            window = x[:, :, i * k : i * k + k, j * k : j * k + k].reshape(n, c, -1)
            row, column = np.divmod(window.argmax(axis=2), k)
            d_x[images, channels, i * k + row, j * k + column] += d_out[:, :, i, j]
    return d_x


def plain_batchnorm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float) -> np.ndarray:
    mean = np.mean(x, axis=(0, 2, 3), keepdims=True)
    var = np.mean((x - mean) ** 2, axis=(0, 2, 3), keepdims=True)
    return np.asarray(gamma[:, None, None] * (x - mean) / np.sqrt(var + eps) + beta[:, None, None])


def plain_batchnorm_backward(x: np.ndarray, d_out: np.ndarray, gamma: np.ndarray, eps: float) -> np.ndarray:
    """The derivation of the course notes, one node of the graph after another."""
    axes, count = (0, 2, 3), x.size // x.shape[1]
    mean = np.mean(x, axis=axes, keepdims=True)
    centred = x - mean
    var = np.mean(centred**2, axis=axes, keepdims=True)
    std = np.sqrt(var + eps)
    d_hat = d_out * gamma[:, None, None]
    d_var = np.sum(d_hat * centred * -0.5 / std**3, axis=axes, keepdims=True)
    d_mean = np.sum(-d_hat / std, axis=axes, keepdims=True) - 2 * d_var * np.mean(centred, axis=axes, keepdims=True)
    return np.asarray(d_hat / std + 2 * d_var * centred / count + d_mean / count)


def other_cases(seconds: float) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(16, 16, 32, 32))
    columns = im2col(x, 3)
    assert np.allclose(columns, plain_im2col(x, 3))
    assert np.allclose(col2im(columns, x.shape, 3), plain_col2im(columns, x.shape, 3))
    compare("im2col 16x16x32x32, 3x3 / a loop over windows", lambda: im2col(x, 3), lambda: plain_im2col(x, 3), seconds)
    compare(
        "col2im 16x16x32x32, 3x3 / a loop over windows",
        lambda: col2im(columns, x.shape, 3),
        lambda: plain_col2im(columns, x.shape, 3),
        seconds,
    )
    pool = MaxPool2d(2)
    pooled = pool.forward(x)
    assert np.allclose(pooled, plain_maxpool(x, 2))
    assert np.allclose(pool.backward(pooled), plain_maxpool_backward(x, pooled, 2))
    compare(
        "maxpool forward 16x16x32x32, 2x2 / a loop over windows",
        lambda: pool.forward(x),
        lambda: plain_maxpool(x, 2),
        seconds,
    )
    compare(
        "maxpool backward 16x16x32x32, 2x2 / a loop over windows",
        lambda: pool.backward(pooled),
        lambda: plain_maxpool_backward(x, pooled, 2),
        seconds,
    )
    norm = BatchNorm2d(16)
    norm.gamma, norm.beta = rng.normal(size=16), rng.normal(size=16)
    out, d_out = norm.forward(x), rng.normal(size=x.shape)
    assert np.allclose(out, plain_batchnorm(x, norm.gamma, norm.beta, norm.eps))
    assert np.allclose(norm.backward(d_out)[0], plain_batchnorm_backward(x, d_out, norm.gamma, norm.eps))
    compare(
        "batchnorm forward 16x16x32x32 / formula by formula",
        lambda: norm.forward(x),
        lambda: plain_batchnorm(x, norm.gamma, norm.beta, norm.eps),
        seconds,
    )
    compare(
        "batchnorm backward 16x16x32x32 / formula by formula",
        lambda: norm.backward(d_out),
        lambda: plain_batchnorm_backward(x, d_out, norm.gamma, norm.eps),
        seconds,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each line")
    arguments = parser.parse_args()
    print(f"{'reference / other':<58}{'reference':>12}{'ratio (quartiles)':>22}")
    for sizes in CONV_SIZES:
        conv_case(*sizes, arguments.seconds)
    other_cases(arguments.seconds)


if __name__ == "__main__":
    main()
