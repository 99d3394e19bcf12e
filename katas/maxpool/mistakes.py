"""The mistakes bank of maxpool."""

from __future__ import annotations

import numpy as np

from reference.maxpool import MaxPool2d


class GradientToEveryTie(MaxPool2d):
    """Every pixel that equals the maximum of its window gets the whole gradient.

    `mask = (x == out)` marks all tied maxima, and each is handed the gradient of the window, so
    more flows back than came in. Behind a ReLU whole windows are 0, so ties are the rule. The mask
    is common in crib sheets because it needs no index arithmetic.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape, self._x = x.shape, x
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        self._out = out
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        d_x = np.zeros(self._x_shape, dtype=d_out.dtype)
        for offset in self._offsets():
            d_x[offset] += d_out * (self._x[offset] == self._out)
        return d_x


class GradientSharedByTies(MaxPool2d):
    """Tied maxima share the gradient in equal parts.

    Dividing by the number of maxima keeps the sum right, and some frameworks' reductions do so.
    For pooling the convention of PyTorch is the first maximum in row-major order, and it alone.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape, self._x = x.shape, x
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        self._out = out
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        d_x = np.zeros(self._x_shape, dtype=d_out.dtype)
        ties = sum((self._x[offset] == self._out).astype(d_out.dtype) for offset in self._offsets())
        for offset in self._offsets():
            d_x[offset] += d_out / ties * (self._x[offset] == self._out)
        return d_x


class LastTieWins(MaxPool2d):
    """At a tie the last maximum of the window takes the gradient instead of the first.

    `>=` in place of `>` while searching for the maximum moves the winner on with every equal value.
    `argmax`, and PyTorch, keep the first one in row-major order.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value >= out), out=self._winner)
            np.maximum(out, value, out=out)
        return out


class TiesColumnMajor(MaxPool2d):
    """At a tie the first maximum in column-major order takes the gradient.

    The window is searched column by column. In row-major order (0, 1) comes before (1, 0); the two
    searches differ only where exactly such values are equal.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        k = self.kernel_size
        order = sorted(enumerate(self._offsets()), key=lambda pair: divmod(pair[0], k)[::-1])
        found = np.zeros(out.shape, dtype=bool)
        for number, offset in order:
            here = (x[offset] == out) & ~found
            self._winner[here] = number
            found |= here
        return out


class OverlapsOverwritten(MaxPool2d):
    """Where windows overlap, the gradient of a pixel is overwritten instead of added up.

    A pixel that is the maximum of several windows influenced several outputs, so it gets the sum of
    their gradients. `d_x[index] = d_out` keeps only the last, and so does `d_x[index] += d_out` with
    index arrays, which reads like a sum: where places repeat, use `np.add.at`.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        place += np.arange(out_h)[:, None] * (self.stride * w) + np.arange(out_w) * self.stride
        d_x = np.zeros(n * c * h * w, dtype=d_out.dtype)
        d_x[place.ravel()] = d_out.ravel()
        return d_x.reshape(self._x_shape)


class WindowAverage(MaxPool2d):
    """The mean of the window is taken instead of its maximum.

    That is average pooling. Its backward pass spreads the gradient evenly; max pooling sends all
    of it to one pixel.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        values = [x[offset] for offset in self._offsets()]
        mean: np.ndarray = np.mean(values, axis=0).astype(x.dtype)
        return mean

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        d_x = np.zeros(self._x_shape, dtype=d_out.dtype)
        for offset in self._offsets():
            d_x[offset] += d_out / self.kernel_size**2
        return d_x


class GradientSpreadEvenly(MaxPool2d):
    """The gradient of a window is shared by all its pixels, as in average pooling.

    The forward pass is right, so a network with it runs, and even learns a little. But only the
    maximum influenced the output: a small change of any other pixel changes nothing.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        d_x = np.zeros(self._x_shape, dtype=d_out.dtype)
        for offset in self._offsets():
            d_x[offset] += d_out / self.kernel_size**2
        return d_x


class StrideOneByDefault(MaxPool2d):
    """Without a stride the windows are one pixel apart.

    In a convolution the default stride is 1; in pooling None means the kernel size, so that the
    windows lie side by side. With stride 1 the layer hardly makes anything smaller.
    """

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        self.kernel_size = kernel_size
        self.stride = 1 if stride is None else stride
        if self.kernel_size < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if self.stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")
        self._x_shape: tuple[int, ...] = ()
        self._winner: np.ndarray = np.zeros((0, 0, 0, 0), dtype=np.int32)


class StrideIgnored(MaxPool2d):
    """The stride is always the kernel size.

    The argument is accepted and not used. That is right for the usual 2 x 2 pooling, and wrong for
    the overlapping 3 x 3 pooling with stride 2 of AlexNet and ResNet.
    """

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        self.kernel_size = kernel_size
        self.stride = kernel_size
        if self.kernel_size < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if stride is not None and stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")
        self._x_shape: tuple[int, ...] = ()
        self._winner: np.ndarray = np.zeros((0, 0, 0, 0), dtype=np.int32)


class StrideIgnoredInBackward(MaxPool2d):
    """`backward` places the windows a kernel apart, whatever the stride is.

    The forward pass knows the stride. The backward pass multiplies the window's index by the kernel
    size, which is the same thing only for windows that lie side by side.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        step = self.kernel_size
        place += np.arange(out_h)[:, None] * (step * w) + np.arange(out_w) * step
        d_x = np.bincount(place.ravel(), weights=d_out.ravel(), minlength=n * c * h * w)
        return d_x.reshape(self._x_shape).astype(d_out.dtype, copy=False)


class MaximumOfMagnitude(MaxPool2d):
    """The value of largest magnitude is taken, sign and all.

    -5 beats 3 by magnitude, yet 3 is the maximum. Behind a ReLU, where nothing is negative, the
    two agree.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            better = np.abs(value) > np.abs(out)
            np.maximum(self._winner, np.int32(number) * better, out=self._winner)
            out = np.where(better, value, out)
        return out


class StartsAtZero(MaxPool2d):
    """The search for the maximum starts from 0, so that negative windows give 0.

    `out = np.zeros(...)` and then `np.maximum(out, value)`: if all values of a window are negative,
    0 wins although it is not in the window. Start from the first value, or from -inf.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        positive: np.ndarray = np.maximum(out, np.zeros((), dtype=x.dtype))
        return positive


class PadsWithZeros(MaxPool2d):
    """Incomplete windows at the border are filled up with zeros and kept.

    The output size is rounded up here. The size is floor, as in PyTorch by default: what no whole
    window reaches is left out. And a zero would win against negative values.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        gap_h = -(x.shape[2] - self.kernel_size) % self.stride
        gap_w = -(x.shape[3] - self.kernel_size) % self.stride
        x = np.pad(x, ((0, 0), (0, 0), (0, gap_h), (0, gap_w)))
        self._pads = gap_h, gap_w
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        place += np.arange(out_h)[:, None] * (self.stride * w) + np.arange(out_w) * self.stride
        d_x = np.bincount(place.ravel(), weights=d_out.ravel(), minlength=n * c * h * w)
        d_x = d_x.reshape(self._x_shape).astype(d_out.dtype, copy=False)
        return d_x[:, :, : h - self._pads[0], : w - self._pads[1]]


class RejectsRemainder(MaxPool2d):
    """Sizes that the stride does not divide are rejected.

    `assert (H - kernel_size) % stride == 0` is common in course notes, because the fast reshape
    trick needs it. A pooling layer rounds down and leaves the last pixels out.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        if any((side - self.kernel_size) % self.stride for side in x.shape[2:]):
            raise ValueError(f"stride {self.stride} does not divide x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        return out


class DropsRemainderOfGradient(MaxPool2d):
    """`d_x` has the size of the pooled part only: the rows and columns left out are missing.

    They got no gradient, but they are part of the input: `d_x` has the shape of `x`, with zeros
    there. Otherwise the layer before cannot use it.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        place += np.arange(out_h)[:, None] * (self.stride * w) + np.arange(out_w) * self.stride
        d_x = np.bincount(place.ravel(), weights=d_out.ravel(), minlength=n * c * h * w)
        d_x = d_x.reshape(self._x_shape).astype(d_out.dtype, copy=False)
        used = self.kernel_size - self.stride
        return d_x[:, :, : out_h * self.stride + used, : out_w * self.stride + used]


class MaximumOverChannels(MaxPool2d):
    """The maximum is taken over the channels as well, and every channel gets it.

    Pooling works on each channel by itself: a feature map keeps its meaning. A maximum over the
    channels as well belongs to maxout.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        x = np.broadcast_to(x.max(axis=1, keepdims=True), x.shape)
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        return out


class SignOfGradientOnly(MaxPool2d):
    """The gradient is passed on where the maximum is positive only, as if a ReLU followed.

    The derivative of a maximum with respect to the winning value is 1, whatever its sign. Mixing
    max(x) with max(0, x) is easy when both layers are written in one go.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        self._positive = out > 0
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        d_out = d_out * self._positive
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        place += np.arange(out_h)[:, None] * (self.stride * w) + np.arange(out_w) * self.stride
        d_x = np.bincount(place.ravel(), weights=d_out.ravel(), minlength=n * c * h * w)
        return d_x.reshape(self._x_shape).astype(d_out.dtype, copy=False)


class GradientTimesMaximum(MaxPool2d):
    """The gradient is multiplied by the maximum itself.

    d_x = d_out * x at the winner is the derivative of x * x / 2, not of the maximum. The factor is
    1: the output is a copy of the winning value.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        self._out = out
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        d_out = d_out * self._out
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        place += np.arange(out_h)[:, None] * (self.stride * w) + np.arange(out_w) * self.stride
        d_x = np.bincount(place.ravel(), weights=d_out.ravel(), minlength=n * c * h * w)
        return d_x.reshape(self._x_shape).astype(d_out.dtype, copy=False)


class AveragesOverBatch(MaxPool2d):
    """The gradient is divided by the batch size.

    `d_out` already carries any 1/N of the loss; a layer that divides again makes every gradient
    before it too small by N. With a batch of one it does not show.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        d_out = d_out / len(d_out)
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        place += np.arange(out_h)[:, None] * (self.stride * w) + np.arange(out_w) * self.stride
        d_x = np.bincount(place.ravel(), weights=d_out.ravel(), minlength=n * c * h * w)
        return d_x.reshape(self._x_shape).astype(d_out.dtype, copy=False)


class WinnersOfFirstImage(MaxPool2d):
    """The positions of the maxima in the first image are used for the whole batch.

    Every image and every channel has its own maxima. An index array without the batch axis is
    broadcast without a word.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        self._winner[:] = self._winner[:1]
        return out


class AnswersFloat64(MaxPool2d):
    """float32 input is answered with float64.

    Output and gradient are written into `np.zeros(shape)`, which is float64. A layer without
    parameters keeps the type of its input, or the whole network behind it slows down.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].astype(np.float64)
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        place += np.arange(out_h)[:, None] * (self.stride * w) + np.arange(out_w) * self.stride
        d_x = np.bincount(place.ravel(), weights=d_out.ravel(), minlength=n * c * h * w)
        return d_x.reshape(self._x_shape)


class GradientInFloat64(MaxPool2d):
    """The gradient of float32 input is float64.

    `np.zeros(x.shape)` without a dtype, or `np.bincount`, gives float64. The gradient should have
    the type of what it came from.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        place += np.arange(out_h)[:, None] * (self.stride * w) + np.arange(out_w) * self.stride
        d_x = np.bincount(place.ravel(), weights=d_out.ravel(), minlength=n * c * h * w)
        return d_x.reshape(self._x_shape)


class CacheOfFirstCall(MaxPool2d):
    """The positions of the maxima are remembered from the first call only.

    `if self._winner is None` keeps an old cache alive. `backward` belongs to the last `forward`:
    every call has to overwrite what the one before has left.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        first = self._winner.shape != out.shape
        winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(winner, np.int32(number) * (value > out), out=winner)
            np.maximum(out, value, out=out)
        if first:
            self._winner = winner
        return out


class GradientsAccumulate(MaxPool2d):
    """Gradients add up over calls: the array of the last `backward` is used again.

    What `backward` returns belongs to one call. Adding up over several passes, where it is wanted,
    is the optimiser's or the caller's business.
    """

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        if self.kernel_size < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if self.stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")
        self._d_x: np.ndarray | None = None
        self._x_shape: tuple[int, ...] = ()
        self._winner: np.ndarray = np.zeros((0, 0, 0, 0), dtype=np.int32)

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        place += np.arange(out_h)[:, None] * (self.stride * w) + np.arange(out_w) * self.stride
        d_x = np.bincount(place.ravel(), weights=d_out.ravel(), minlength=n * c * h * w)
        d_x = d_x.reshape(self._x_shape).astype(d_out.dtype, copy=False)
        if self._d_x is not None and self._d_x.shape == d_x.shape:
            d_x = d_x + self._d_x
        self._d_x = d_x
        return d_x


class MaximumInPlace(MaxPool2d):
    """The running maximum is kept in a view of x, so x is overwritten.

    A slice of an array is a view: `np.maximum(out, value, out=out)` then writes the maxima into the
    caller's image. Start from a copy, or from a new array.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)]
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        return out


class UsesUpGradient(MaxPool2d):
    """`backward` writes into `d_out`: what has been handed on is set to zero.

    Setting entries of `d_out` to zero, to hand each on once, changes an array that belongs to the
    caller, who may still need it, as in every network with two branches.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        place += np.arange(out_h)[:, None] * (self.stride * w) + np.arange(out_w) * self.stride
        d_x = np.bincount(place.ravel(), weights=d_out.ravel(), minlength=n * c * h * w)
        d_out[...] = 0
        return d_x.reshape(self._x_shape).astype(d_out.dtype, copy=False)


class SharedBetweenLayers(MaxPool2d):
    """What `backward` needs is kept on the class, so all layers share it.

    `MaxPool2d.cache = ...` works as long as the network has one pooling layer. With two, the second
    forward overwrites what the first layer has to remember.
    """

    _shared_shape: tuple[int, ...] = ()
    _shared: np.ndarray = np.zeros((0, 0, 0, 0), dtype=np.int32)

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        SharedBetweenLayers._shared_shape = x.shape
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        SharedBetweenLayers._shared = self._winner
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        self._winner, self._x_shape = SharedBetweenLayers._shared, SharedBetweenLayers._shared_shape
        if d_out.shape != self._winner.shape:
            raise ValueError(f"d_out must have the shape {self._winner.shape}, got {d_out.shape}")
        n, c, h, w = self._x_shape
        out_h, out_w = d_out.shape[2:]
        row, column = np.divmod(np.arange(self.kernel_size**2), self.kernel_size)
        place = (row * w + column)[self._winner]
        place += np.arange(n * c).reshape(n, c, 1, 1) * (h * w)
        place += np.arange(out_h)[:, None] * (self.stride * w) + np.arange(out_w) * self.stride
        d_x = np.bincount(place.ravel(), weights=d_out.ravel(), minlength=n * c * h * w)
        return d_x.reshape(self._x_shape).astype(d_out.dtype, copy=False)


class AcceptsLargeKernel(MaxPool2d):
    """A kernel that is larger than the image gives an empty output instead of an error.

    The number of windows becomes zero or negative, and an array without elements comes back. The
    fault then shows up far behind this layer.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            self._x_shape = x.shape
            return x[:, :, :0, :0]
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        return out


class ChecksHeightOnly(MaxPool2d):
    """Only the height of the image is compared with the kernel.

    An image can be high enough and still too narrow. Both sides have to hold one whole window.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > x.shape[2]:
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        if self.kernel_size > x.shape[3]:
            self._x_shape = x.shape
            return x[:, :, :, :0]
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        return out


class ShrinksLargeKernel(MaxPool2d):
    """A kernel that is larger than the image is shrunk to the image.

    Pooling over what is there looks helpful, but the caller asked for something impossible and will
    not learn of it. PyTorch raises an error too.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        self.kernel_size = min(self.kernel_size, *x.shape[2:])
        self._x_shape = x.shape
        offsets = self._offsets()
        out = x[next(offsets)].copy()
        self._winner = np.zeros(out.shape, dtype=np.int32)
        for number, offset in enumerate(offsets, start=1):
            value = x[offset]
            np.maximum(self._winner, np.int32(number) * (value > out), out=self._winner)
            np.maximum(out, value, out=out)
        return out


class AcceptsNegativeStride(MaxPool2d):
    """A negative stride is accepted.

    A stride below 1 is a typing error. The constructor is the place to say so, where the caller can
    see it, and not some slice inside `forward`.
    """

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        if self.kernel_size < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        self._x_shape: tuple[int, ...] = ()
        self._winner: np.ndarray = np.zeros((0, 0, 0, 0), dtype=np.int32)
