"""The mistakes bank of avgpool."""

from __future__ import annotations

import numpy as np

from reference.avgpool import AvgPool2d


class GradientNotDivided(AvgPool2d):
    """Every pixel of the window gets the whole gradient instead of its share.

    Each pixel enters the mean with the factor 1 / kernel_size^2, so its gradient has that factor
    too. Copying the gradient to all pixels is the backward pass of the sum.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out + 0.0
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        return d_x


class DividesBySide(AvgPool2d):
    """The mean divides by kernel_size instead of by kernel_size squared.

    A window has kernel_size * kernel_size pixels. With the wrong count a constant image comes out
    as a different constant, which is the quickest trial of an average.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        share = x / self.kernel_size
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out / self.kernel_size
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        return d_x


class GradientDividedBySide(AvgPool2d):
    """`backward` divides by kernel_size instead of by its square.

    The forward pass is a true mean, so the derivative has the number of pixels in the window below,
    and that is kernel_size * kernel_size.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out / self.kernel_size
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        return d_x


class GradientDividedTwice(AvgPool2d):
    """The gradient is divided by the number of pixels twice.

    Once when the share is computed and once when it is put in place. Decide where the factor lives.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out / self.kernel_size**4
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        return d_x


class MaximumInstead(AvgPool2d):
    """The maximum of the window is taken instead of its mean.

    That is max pooling; the backward pass here is still that of the mean, so forward and backward
    do not belong together either.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        out = x[self._window(0, 0)].copy()
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                np.maximum(out, x[self._window(i, j)], out=out)
        return out


class GradientToMaximum(AvgPool2d):
    """The gradient goes to the largest pixel of the window only.

    That is the backward pass of max pooling, copied from the layer next door. In a mean every pixel
    moves the output, all by the same amount.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        share = x / self.kernel_size**2
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        self._x = x
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        d_x = np.zeros(self._x_shape, dtype=d_out.dtype)
        best = self._x[self._window(0, 0)]
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                best = np.maximum(best, self._x[self._window(i, j)])
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += d_out * (self._x[self._window(i, j)] == best)
        return d_x


class SumOfWindow(AvgPool2d):
    """The sum of the window is returned instead of its mean.

    Sum pooling differs by the constant kernel_size^2. Activations grow from layer to layer, and a
    network with it still trains, only badly.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        share = x + 0.0
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out + 0.0
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        return d_x


class OverlapsOverwritten(AvgPool2d):
    """Where windows overlap, the gradient of a pixel is overwritten instead of added up.

    A pixel of several windows influences several outputs, so it gets the sum of its shares. With
    the usual stride, equal to the kernel, no pixel is shared and nothing shows.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out / self.kernel_size**2
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] = share
        return d_x


class OverlapsAveraged(AvgPool2d):
    """The gradient of a pixel is divided by the number of windows that hold it.

    Averaging looks fair, but the chain rule adds: every window is a path from the pixel to the
    loss, and all paths count in full.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out / self.kernel_size**2
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        count = np.zeros_like(d_x)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
                count[self._window(i, j)] += 1
        d_x /= np.maximum(count, 1)
        return d_x


class UpsamplesByRepeating(AvgPool2d):
    """`backward` repeats every gradient kernel_size times in both directions, whatever the stride is.

    `np.repeat` (or `np.kron`) is the right idea for windows that lie side by side. With another
    stride the windows overlap or leave gaps, and the repeated blocks land in wrong places.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        k = self.kernel_size
        spread = (d_out / k**2).repeat(k, axis=2).repeat(k, axis=3)
        d_x = np.zeros(self._x_shape, dtype=spread.dtype)
        h, w = d_x.shape[2:]
        spread = spread[:, :, :h, :w]
        d_x[:, :, : spread.shape[2], : spread.shape[3]] = spread
        return d_x


class StrideOneByDefault(AvgPool2d):
    """Without a stride the windows are one pixel apart.

    In a convolution the default stride is 1; in pooling None means the kernel size, so that the
    windows lie side by side.
    """

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        self.kernel_size = kernel_size
        self.stride = 1 if stride is None else stride
        if self.kernel_size < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if self.stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")
        self._x_shape: tuple[int, ...] = ()
        self._out_shape: tuple[int, ...] = ()


class StrideIgnored(AvgPool2d):
    """The stride is always the kernel size.

    The argument is accepted and not used. That is right for 2 x 2 pooling as everyone tries it, and
    wrong as soon as windows overlap or leave gaps.
    """

    def __init__(self, kernel_size: int, stride: int | None = None) -> None:
        self.kernel_size = kernel_size
        self.stride = kernel_size
        if self.kernel_size < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if stride is not None and stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")
        self._x_shape: tuple[int, ...] = ()
        self._out_shape: tuple[int, ...] = ()


class StrideOfRowsOnly(AvgPool2d):
    """The stride is applied to the rows; along the width the windows lie one pixel apart.

    Two slices, and one of them was not changed when the stride was added. The output size is right,
    since its formula knows the stride.
    """

    def _window(self, i: int, j: int) -> tuple[slice, slice, slice, slice]:
        out_h, out_w = self._out_shape[2:]
        rows = slice(i, i + self.stride * out_h, self.stride)
        columns = slice(j, j + out_w)
        return slice(None), slice(None), rows, columns


class KeepsPartialWindows(AvgPool2d):
    """Incomplete windows at the border are kept, each with the mean of the pixels it has.

    The output size is rounded up (PyTorch: `ceil_mode=True`). The default is floor: rows and columns
    that no whole window reaches are left out.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        n, c, h, w = x.shape
        k, s = self.kernel_size, self.stride
        out_h, out_w = -(-(h - k) // s) + 1, -(-(w - k) // s) + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        out = np.zeros(self._out_shape, dtype=x.dtype)
        for p in range(out_h):
            for q in range(out_w):
                window = x[:, :, p * s : p * s + k, q * s : q * s + k]
                if window.size:
                    out[:, :, p, q] = window.mean(axis=(2, 3))
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        k, s = self.kernel_size, self.stride
        out_h, out_w = self._out_shape[2:]
        d_x = np.zeros(self._x_shape, dtype=d_out.dtype)
        for p in range(out_h):
            for q in range(out_w):
                window = d_x[:, :, p * s : p * s + k, q * s : q * s + k]
                if window.size:
                    share = d_out[:, :, p, q] / (window.shape[2] * window.shape[3])
                    window += share[:, :, None, None]
        return d_x


class RejectsRemainder(AvgPool2d):
    """Sizes that the stride does not divide are rejected.

    The trick `x.reshape(N, C, H // k, k, W // k, k).mean(axis=(3, 5))` needs sizes that divide, and
    course notes assert them. A pooling layer rounds down and leaves the last pixels out.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        if any((side - self.kernel_size) % self.stride for side in x.shape[2:]):
            raise ValueError(f"stride {self.stride} does not divide x of shape {x.shape}")
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        share = x / self.kernel_size**2
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        return out


class DropsRemainderOfGradient(AvgPool2d):
    """`d_x` has the size of the pooled part only: the rows and columns left out are missing.

    They got no gradient, but they are part of the input: `d_x` has the shape of `x`, with zeros
    there.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out / self.kernel_size**2
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        out_h, out_w = self._out_shape[2:]
        used = self.kernel_size - self.stride
        return d_x[:, :, : out_h * self.stride + used, : out_w * self.stride + used]


class AveragesChannels(AvgPool2d):
    """The mean runs over the channels as well, and every channel gets it.

    Pooling works on each channel by itself. An axis too many in `mean(axis=...)` mixes them.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        share = np.broadcast_to(x.mean(axis=1, keepdims=True), x.shape) / self.kernel_size**2
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        return out


class AveragesOverBatch(AvgPool2d):
    """The gradient is divided by the batch size.

    `d_out` already carries any 1/N of the loss; a layer that divides again makes every gradient
    before it too small by N. With a batch of one it does not show.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out / (self.kernel_size**2 * len(d_out))
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        return d_x


class RoundsToIntegers(AvgPool2d):
    """The mean is taken with `//`.

    Floor division comes from code for 8-bit images. Activations are real numbers: rounding them
    destroys the values, and a function that is constant almost everywhere has no useful gradient.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        share = x // self.kernel_size**2
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        return out


class AnswersFloat64(AvgPool2d):
    """float32 input is answered with float64.

    Output and gradient are added up in `np.zeros(shape)`, which is float64. A layer without
    parameters keeps the type of its input.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        share = x / self.kernel_size**2
        out = np.zeros(self._out_shape, dtype=np.float64)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out / self.kernel_size**2
        d_x = np.zeros(self._x_shape, dtype=np.float64)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        return d_x


class GradientInFloat64(AvgPool2d):
    """The gradient of float32 input is float64.

    `np.zeros(self._x_shape)` without a dtype is float64. The gradient should have the type of what
    it came from.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out / self.kernel_size**2
        d_x = np.zeros(self._x_shape, dtype=np.float64)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        return d_x


class GradientsAccumulate(AvgPool2d):
    """Gradients add up over calls: the array of the last `backward` is used again.

    What `backward` returns belongs to one call. Adding up over several passes, where it is wanted,
    is the caller's business.
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
        self._out_shape: tuple[int, ...] = ()

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out / self.kernel_size**2
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        if self._d_x is not None and self._d_x.shape == d_x.shape:
            d_x = d_x + self._d_x
        self._d_x = d_x
        return d_x


class DividesInputInPlace(AvgPool2d):
    """`forward` divides x itself by the number of pixels.

    `x /= k * k` saves an array and destroys the caller's, which the layer before has often
    remembered for its own backward pass.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        x /= self.kernel_size**2
        share = x
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        return out


class DividesGradientInPlace(AvgPool2d):
    """`backward` divides `d_out` itself by the number of pixels.

    The array belongs to the caller, who may need it for another branch. `/=` is not a shorter way
    of writing `/`.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        d_out /= self.kernel_size**2
        share = d_out
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        return d_x


class ShapeOfFirstCall(AvgPool2d):
    """The shape of the input is remembered from the first call only.

    `if self._x_shape is None` keeps an old cache alive. `backward` belongs to the last `forward`,
    also when the last batch of an epoch is smaller.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._out_shape = (n, c, out_h, out_w)
        self._x_shape = self._x_shape or x.shape
        share = x / self.kernel_size**2
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        return out


class SharedBetweenLayers(AvgPool2d):
    """What `backward` needs is kept on the class, so all layers share it.

    That works as long as the network has one pooling layer. With two, the second forward overwrites
    what the first layer has to remember.
    """

    _shared: tuple[tuple[int, ...], tuple[int, ...]] = (), ()

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        share = x / self.kernel_size**2
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        SharedBetweenLayers._shared = self._x_shape, self._out_shape
        return out

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        self._x_shape, self._out_shape = SharedBetweenLayers._shared
        if d_out.shape != self._out_shape:
            raise ValueError(f"d_out must have the shape {self._out_shape}, got {d_out.shape}")
        share = d_out / self.kernel_size**2
        d_x = np.zeros(self._x_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                d_x[self._window(i, j)] += share
        return d_x


class AcceptsLargeKernel(AvgPool2d):
    """A kernel that is larger than the image gives an empty output instead of an error.

    The number of windows becomes zero or negative, and an array without elements comes back, or the
    mean of nothing, which is NaN. The fault then shows up far behind this layer.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > min(x.shape[2:]):
            return x[:, :, :0, :0]
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        share = x / self.kernel_size**2
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        return out


class ChecksHeightOnly(AvgPool2d):
    """Only the height of the image is compared with the kernel.

    An image can be high enough and still too narrow. Both sides have to hold one whole window.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        if self.kernel_size > x.shape[2]:
            raise ValueError(f"kernel_size {self.kernel_size} is larger than x of shape {x.shape}")
        if self.kernel_size > x.shape[3]:
            return x[:, :, :, :0]
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        share = x / self.kernel_size**2
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        return out


class ShrinksLargeKernel(AvgPool2d):
    """A kernel that is larger than the image is shrunk to the image.

    Pooling over what is there is what "global average pooling" does. Here the caller asked for a
    size that does not fit, and has to be told.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if x.ndim != 4:
            raise ValueError(f"x must have the four axes (N, C, H, W), got the shape {x.shape}")
        self.kernel_size = min(self.kernel_size, *x.shape[2:])
        n, c, h, w = x.shape
        out_h = (h - self.kernel_size) // self.stride + 1
        out_w = (w - self.kernel_size) // self.stride + 1
        self._x_shape, self._out_shape = x.shape, (n, c, out_h, out_w)
        share = x / self.kernel_size**2
        out = np.zeros(self._out_shape, dtype=share.dtype)
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                out += share[self._window(i, j)]
        return out


class AcceptsNegativeStride(AvgPool2d):
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
        self._out_shape: tuple[int, ...] = ()
