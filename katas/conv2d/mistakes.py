"""The mistakes bank of the kata conv2d."""

from __future__ import annotations

import numpy as np

from reference.conv2d import Conv2d

Gradients = tuple[np.ndarray, np.ndarray, np.ndarray]


class FlippedKernel(Conv2d):
    """The kernel is flipped before it is applied: that is convolution as mathematicians mean it.

    Every deep-learning framework computes the cross-correlation and calls it convolution. Flipping gives other numbers
    for the same weights; common when a course on signal processing came first.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        p = self.padding
        out_h = (height + 2 * p - kh) // self.stride + 1
        out_w = (width + 2 * p - kw) // self.stride + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"kernel_size ({kh}, {kw}) is larger than the padded input ({height + 2 * p}, {width + 2 * p})")
        padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=x.dtype)
        padded[:, :, p : p + height, p : p + width] = x
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        self._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        out = self.weight[:, :, ::-1, ::-1].reshape(out_channels, -1) @ self._columns
        out += self.bias[:, None]
        return out.reshape(n, out_channels, out_h, out_w)


class BatchOnlyBiasGradient(Conv2d):
    """d_bias is summed over the batch only, not over the rows and columns of the image.

    One bias serves a whole channel, every pixel of every image, so all of them send their gradient back to it. It is
    the linear layer's formula, copied.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_out.sum(axis=0)
        d_weight = (d_flat @ self._columns.transpose(0, 2, 1)).sum(axis=0).reshape(self.weight.shape)
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width], d_weight, d_bias


class BiasGradientWithoutBatch(Conv2d):
    """d_bias is summed over the image but taken from the first sample only.

    The bias is shared by all images of the batch; the gradient sums over them. A test with a batch of one does not
    notice.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat[0].sum(axis=1)
        d_weight = (d_flat @ self._columns.transpose(0, 2, 1)).sum(axis=0).reshape(self.weight.shape)
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width], d_weight, d_bias


class MeanBiasGradient(Conv2d):
    """d_bias is the mean over batch, rows and columns instead of the sum.

    The bias is added N * out_h * out_w times, and each of them counts. The 1/N of a mean loss is in d_out already.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat.mean(axis=(0, 2))
        d_weight = (d_flat @ self._columns.transpose(0, 2, 1)).sum(axis=0).reshape(self.weight.shape)
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width], d_weight, d_bias


class PaddedInputGradient(Conv2d):
    """d_x still has the padding around it.

    The zeros that forward added are no part of the input; what flows to them is dropped. The result must have the shape
    of x.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat.sum(axis=(0, 2))
        d_weight = (d_flat @ self._columns.transpose(0, 2, 1)).sum(axis=0).reshape(self.weight.shape)
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded, d_weight, d_bias


class CroppedAtCorner(Conv2d):
    """The padding is cut off on one side only, so that d_x is shifted.

    Taking the first H rows and W columns of the padded gradient gives the right shape and the wrong pixels: the crop
    must begin at `padding`.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat.sum(axis=(0, 2))
        d_weight = (d_flat @ self._columns.transpose(0, 2, 1)).sum(axis=0).reshape(self.weight.shape)
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded[:, :, :height, :width], d_weight, d_bias


class FirstSampleWeightGradient(Conv2d):
    """d_weight comes from the first image of the batch alone.

    The weight is shared by all images; its gradient sums over them. It slips in when the loop over the batch assigns
    instead of adding, or when everything was tested with N = 1.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat.sum(axis=(0, 2))
        d_weight = (d_flat[0] @ self._columns[0].T).reshape(self.weight.shape)
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width], d_weight, d_bias


class LastSampleWeightGradient(Conv2d):
    """d_weight is overwritten by every image, so that only the last one counts.

    A loop over the batch needs `+=`. The gradient of a shared parameter is the sum over all its uses.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat.sum(axis=(0, 2))
        d_weight = (d_flat[-1] @ self._columns[-1].T).reshape(self.weight.shape)
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width], d_weight, d_bias


class StrideIgnoredInInputGradient(Conv2d):
    """backward places the windows one pixel apart in d_x, as if the stride were 1.

    Window (i, j) began at row i*stride and column j*stride; its gradient belongs there. With stride 1 nothing shows.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat.sum(axis=(0, 2))
        d_weight = (d_flat @ self._columns.transpose(0, 2, 1)).sum(axis=0).reshape(self.weight.shape)
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b in np.ndindex(kh, kw):
            d_padded[:, :, a : a + out_h, b : b + out_w] += d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width], d_weight, d_bias


class OverlapsOverwritten(Conv2d):
    """d_x assigns where windows overlap instead of adding.

    A pixel that several windows saw gets a gradient from each of them, and the chain rule adds them. `=` keeps the
    last.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat.sum(axis=(0, 2))
        d_weight = (d_flat @ self._columns.transpose(0, 2, 1)).sum(axis=0).reshape(self.weight.shape)
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] = d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width], d_weight, d_bias


class FilterCountInitialisation(Conv2d):
    """The weight is scaled by the number of filters instead of the fan-in.

    What must be divided out is the number of terms that are added up for one output: in_channels*kh*kw. The number of
    filters does not change the size of any one output. Seen in a widely copied cheat sheet.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        for name, value, least in (
            ("in_channels", in_channels, 1),
            ("out_channels", out_channels, 1),
            ("kernel_size", min(kh, kw), 1),
            ("stride", stride, 1),
            ("padding", padding, 0),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        fan_in = out_channels
        self.weight = rng.normal(0.0, np.sqrt(2.0 / fan_in), (out_channels, in_channels, kh, kw))
        self.bias = np.zeros(out_channels)
        self.stride = stride
        self.padding = padding


class FanInWithoutChannels(Conv2d):
    """The weight's scale counts the kernel's area and forgets the input channels.

    Each output adds up in_channels*kh*kw products. Without the channels the signal grows with every layer.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        for name, value, least in (
            ("in_channels", in_channels, 1),
            ("out_channels", out_channels, 1),
            ("kernel_size", min(kh, kw), 1),
            ("stride", stride, 1),
            ("padding", padding, 0),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        fan_in = kh * kw
        self.weight = rng.normal(0.0, np.sqrt(2.0 / fan_in), (out_channels, in_channels, kh, kw))
        self.bias = np.zeros(out_channels)
        self.stride = stride
        self.padding = padding


class XavierInitialisation(Conv2d):
    """The weight is drawn from N(0, 1 / fan_in): the 2 is missing.

    ReLU sets half of its inputs to zero, and the factor 2 makes up for it (He initialisation).
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        for name, value, least in (
            ("in_channels", in_channels, 1),
            ("out_channels", out_channels, 1),
            ("kernel_size", min(kh, kw), 1),
            ("stride", stride, 1),
            ("padding", padding, 0),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        fan_in = in_channels * kh * kw
        self.weight = rng.normal(0.0, np.sqrt(1.0 / fan_in), (out_channels, in_channels, kh, kw))
        self.bias = np.zeros(out_channels)
        self.stride = stride
        self.padding = padding


class VarianceAsDeviation(Conv2d):
    """2 / fan_in is used as the standard deviation, not as the variance.

    `rng.normal(0, s)` takes the standard deviation, so the square root is needed.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        for name, value, least in (
            ("in_channels", in_channels, 1),
            ("out_channels", out_channels, 1),
            ("kernel_size", min(kh, kw), 1),
            ("stride", stride, 1),
            ("padding", padding, 0),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        fan_in = in_channels * kh * kw
        self.weight = rng.normal(0.0, 2.0 / fan_in, (out_channels, in_channels, kh, kw))
        self.bias = np.zeros(out_channels)
        self.stride = stride
        self.padding = padding


class SmallConstantScale(Conv2d):
    """The weight is drawn with a fixed standard deviation of 0.01, whatever the fan-in.

    With more than a few layers the signal fades to nothing. The scale must follow from the number of terms added up.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        for name, value, least in (
            ("in_channels", in_channels, 1),
            ("out_channels", out_channels, 1),
            ("kernel_size", min(kh, kw), 1),
            ("stride", stride, 1),
            ("padding", padding, 0),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        self.weight = rng.normal(0.0, 0.01, (out_channels, in_channels, kh, kw))
        self.bias = np.zeros(out_channels)
        self.stride = stride
        self.padding = padding


class RandomBias(Conv2d):
    """The bias is drawn at random instead of starting at zero.

    The random weight already makes the kernels differ; the bias may start at zero, and this kata's contract says so.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        for name, value, least in (
            ("in_channels", in_channels, 1),
            ("out_channels", out_channels, 1),
            ("kernel_size", min(kh, kw), 1),
            ("stride", stride, 1),
            ("padding", padding, 0),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        fan_in = in_channels * kh * kw
        self.weight = rng.normal(0.0, np.sqrt(2.0 / fan_in), (out_channels, in_channels, kh, kw))
        self.bias = rng.normal(0.0, np.sqrt(2.0 / fan_in), out_channels)
        self.stride = stride
        self.padding = padding


class IgnoredGenerator(Conv2d):
    """The generator that was given is ignored, and the weight drawn from another one.

    An experiment that passes a seeded generator expects the same weights on every run.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        for name, value, least in (
            ("in_channels", in_channels, 1),
            ("out_channels", out_channels, 1),
            ("kernel_size", min(kh, kw), 1),
            ("stride", stride, 1),
            ("padding", padding, 0),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        rng = np.random.default_rng()
        fan_in = in_channels * kh * kw
        self.weight = rng.normal(0.0, np.sqrt(2.0 / fan_in), (out_channels, in_channels, kh, kw))
        self.bias = np.zeros(out_channels)
        self.stride = stride
        self.padding = padding


class FixedSeed(Conv2d):
    """Without a generator, the layer seeds its own with a constant, so that all layers start alike.

    A seed belongs to the experiment, not into a layer.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        for name, value, least in (
            ("in_channels", in_channels, 1),
            ("out_channels", out_channels, 1),
            ("kernel_size", min(kh, kw), 1),
            ("stride", stride, 1),
            ("padding", padding, 0),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        rng = np.random.default_rng(0) if rng is None else rng
        fan_in = in_channels * kh * kw
        self.weight = rng.normal(0.0, np.sqrt(2.0 / fan_in), (out_channels, in_channels, kh, kw))
        self.bias = np.zeros(out_channels)
        self.stride = stride
        self.padding = padding


class AveragedGradients(Conv2d):
    """The parameters' gradients are averaged over the batch.

    d_out already carries the 1/N of a mean loss; dividing again makes the layer learn N times too slowly.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat.sum(axis=(0, 2)) / n
        d_weight = (d_flat @ self._columns.transpose(0, 2, 1)).mean(axis=0).reshape(self.weight.shape)
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width], d_weight, d_bias


class AllGradientsAveraged(Conv2d):
    """All three gradients are averaged over the batch.

    The mean belongs to the loss. Dividing d_x as well shrinks the gradient of every layer below by N again.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat.sum(axis=(0, 2)) / n
        d_weight = (d_flat @ self._columns.transpose(0, 2, 1)).mean(axis=0).reshape(self.weight.shape)
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width] / n, d_weight, d_bias


class BiasForgotten(Conv2d):
    """forward leaves the bias out.

    With a bias of zero, as it is at the start, nothing shows. Test a layer with random parameters, never with fresh
    ones.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        p = self.padding
        out_h = (height + 2 * p - kh) // self.stride + 1
        out_w = (width + 2 * p - kw) // self.stride + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"kernel_size ({kh}, {kw}) is larger than the padded input ({height + 2 * p}, {width + 2 * p})")
        padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=x.dtype)
        padded[:, :, p : p + height, p : p + width] = x
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        self._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        out = self.weight.reshape(out_channels, -1) @ self._columns
        return out.reshape(n, out_channels, out_h, out_w)


class StrideIgnored(Conv2d):
    """The stride is ignored: forward computes the windows one pixel apart and only then throws pixels away at the
    end.

    Output pixel (i, j) looks at the window that begins at (i*stride, j*stride).
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        p = self.padding
        out_h = (height + 2 * p - kh) // self.stride + 1
        out_w = (width + 2 * p - kw) // self.stride + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"kernel_size ({kh}, {kw}) is larger than the padded input ({height + 2 * p}, {width + 2 * p})")
        padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=x.dtype)
        padded[:, :, p : p + height, p : p + width] = x
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b in np.ndindex(kh, kw):
            columns[:, :, a, b] = padded[:, :, a : a + out_h, b : b + out_w]
        self._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        out = self.weight.reshape(out_channels, -1) @ self._columns
        out += self.bias[:, None]
        return out.reshape(n, out_channels, out_h, out_w)


class RoundedUpSize(Conv2d):
    """The output's size is rounded up where the stride does not divide.

    A window that does not fit is not computed: floor, not ceil. Rounding up makes windows that hang over the edge.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        p = self.padding
        out_h = -(-(height + 2 * p - kh) // self.stride) + 1
        out_w = -(-(width + 2 * p - kw) // self.stride) + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"kernel_size ({kh}, {kw}) is larger than the padded input ({height + 2 * p}, {width + 2 * p})")
        padded = np.zeros((n, channels, height + 2 * p + self.stride, width + 2 * p + self.stride), dtype=x.dtype)
        padded[:, :, p : p + height, p : p + width] = x
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        self._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        out = self.weight.reshape(out_channels, -1) @ self._columns
        out += self.bias[:, None]
        return out.reshape(n, out_channels, out_h, out_w)


class PaddedOnOneSide(Conv2d):
    """The padding is added on two sides, before the first row and column, twice as much.

    `padding` counts the rows of zeros on each side. The shape comes out right, the image sits in the wrong corner.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        p = self.padding
        out_h = (height + 2 * p - kh) // self.stride + 1
        out_w = (width + 2 * p - kw) // self.stride + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"kernel_size ({kh}, {kw}) is larger than the padded input ({height + 2 * p}, {width + 2 * p})")
        padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=x.dtype)
        padded[:, :, 2 * p : 2 * p + height, 2 * p : 2 * p + width] = x
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        self._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        out = self.weight.reshape(out_channels, -1) @ self._columns
        out += self.bias[:, None]
        return out.reshape(n, out_channels, out_h, out_w)


class EdgePadding(Conv2d):
    """The padding repeats the edge of the image instead of adding zeros.

    A good idea at times (`mode="edge"`), but convolution layers pad with zeros unless told otherwise.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        p = self.padding
        out_h = (height + 2 * p - kh) // self.stride + 1
        out_w = (width + 2 * p - kw) // self.stride + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"kernel_size ({kh}, {kw}) is larger than the padded input ({height + 2 * p}, {width + 2 * p})")
        padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode="edge")
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        self._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        out = self.weight.reshape(out_channels, -1) @ self._columns
        out += self.bias[:, None]
        return out.reshape(n, out_channels, out_h, out_w)


class TransposedKernel(Conv2d):
    """The kernel's rows and columns are swapped.

    Easy to miss with square kernels, as all the shapes fit: `weight[o, c, a, b]` belongs to row a and column b of the
    window.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        p = self.padding
        out_h = (height + 2 * p - kh) // self.stride + 1
        out_w = (width + 2 * p - kw) // self.stride + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"kernel_size ({kh}, {kw}) is larger than the padded input ({height + 2 * p}, {width + 2 * p})")
        padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=x.dtype)
        padded[:, :, p : p + height, p : p + width] = x
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        self._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        out = self.weight.transpose(0, 1, 3, 2).reshape(out_channels, -1) @ self._columns
        out += self.bias[:, None]
        return out.reshape(n, out_channels, out_h, out_w)


class BiasAddedPerImageRow(Conv2d):
    """The bias is added along the last axis of the image instead of along the channels.

    `out + bias` broadcasts from the right: an array of shape (O,) meets the columns. It needs two more axes, `bias[:,
    None, None]`. Where the width equals the number of channels, nothing complains.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        p = self.padding
        out_h = (height + 2 * p - kh) // self.stride + 1
        out_w = (width + 2 * p - kw) // self.stride + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"kernel_size ({kh}, {kw}) is larger than the padded input ({height + 2 * p}, {width + 2 * p})")
        padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=x.dtype)
        padded[:, :, p : p + height, p : p + width] = x
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        self._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        out = self.weight.reshape(out_channels, -1) @ self._columns
        images = out.reshape(n, out_channels, out_h, out_w)
        return images + self.bias


class AccumulatingGradients(Conv2d):
    """d_weight and d_bias accumulate from one call of backward to the next.

    PyTorch adds into `.grad` and `zero_grad` clears it; a layer that returns its gradients must return those of this
    call alone.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat.sum(axis=(0, 2))
        d_weight = (d_flat @ self._columns.transpose(0, 2, 1)).sum(axis=0).reshape(self.weight.shape)
        self._sums = [getattr(self, "_sums", [0.0, 0.0])[0] + d_weight, getattr(self, "_sums", [0.0, 0.0])[1] + d_bias]
        d_weight, d_bias = self._sums
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width], d_weight, d_bias


class UncheckedStride(Conv2d):
    """A negative stride is accepted.

    Nothing fails until shapes come out negative, far from the line that is wrong. The constructor is the place to say
    so.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        for name, value, least in (
            ("in_channels", in_channels, 1),
            ("out_channels", out_channels, 1),
            ("kernel_size", min(kh, kw), 1),
            ("stride", stride, -9),
            ("padding", padding, 0),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        fan_in = in_channels * kh * kw
        self.weight = rng.normal(0.0, np.sqrt(2.0 / fan_in), (out_channels, in_channels, kh, kw))
        self.bias = np.zeros(out_channels)
        self.stride = stride
        self.padding = padding


class UncheckedPadding(Conv2d):
    """A negative padding is accepted, and quietly crops the image.

    Slices with negative bounds mean something else in Python; the constructor is the place to refuse it.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        for name, value, least in (
            ("in_channels", in_channels, 1),
            ("out_channels", out_channels, 1),
            ("kernel_size", min(kh, kw), 1),
            ("stride", stride, 1),
            ("padding", padding, -9),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        fan_in = in_channels * kh * kw
        self.weight = rng.normal(0.0, np.sqrt(2.0 / fan_in), (out_channels, in_channels, kh, kw))
        self.bias = np.zeros(out_channels)
        self.stride = stride
        self.padding = padding


class UncheckedChannels(Conv2d):
    """An input with the wrong number of channels is cut to fit, or broadcast, instead of being refused.

    A grey-scale image then passes for a colour image, and the network trains on nonsense.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        p = self.padding
        out_h = (height + 2 * p - kh) // self.stride + 1
        out_w = (width + 2 * p - kw) // self.stride + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"kernel_size ({kh}, {kw}) is larger than the padded input ({height + 2 * p}, {width + 2 * p})")
        padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=x.dtype)
        padded[:, :, p : p + height, p : p + width] = x[:, :channels]
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        self._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        out = self.weight.reshape(out_channels, -1) @ self._columns
        out += self.bias[:, None]
        return out.reshape(n, out_channels, out_h, out_w)


class UncheckedKernelSize(Conv2d):
    """A kernel larger than the padded input gives an empty output instead of an error.

    An empty array travels through the network and comes out as a loss of NaN, with no trace of where it began.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        p = self.padding
        out_h = (height + 2 * p - kh) // self.stride + 1
        out_w = (width + 2 * p - kw) // self.stride + 1
        out_h, out_w = max(out_h, 0), max(out_w, 0)
        padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=x.dtype)
        padded[:, :, p : p + height, p : p + width] = x
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        self._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        out = self.weight.reshape(out_channels, -1) @ self._columns
        out += self.bias[:, None]
        return out.reshape(n, out_channels, out_h, out_w)


class SquareKernelOnly(Conv2d):
    """Only the first number of an oblong kernel size is used, for both axes.

    `kernel_size` may be a pair (kh, kw). Reading it as one number makes every kernel square.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        rng: np.random.Generator | None = None,
    ) -> None:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else (kernel_size[0], kernel_size[0])
        for name, value, least in (
            ("in_channels", in_channels, 1),
            ("out_channels", out_channels, 1),
            ("kernel_size", min(kh, kw), 1),
            ("stride", stride, 1),
            ("padding", padding, 0),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        rng = np.random.default_rng() if rng is None else rng
        fan_in = in_channels * kh * kw
        self.weight = rng.normal(0.0, np.sqrt(2.0 / fan_in), (out_channels, in_channels, kh, kw))
        self.bias = np.zeros(out_channels)
        self.stride = stride
        self.padding = padding


class SwappedImageAxes(Conv2d):
    """Height and width are mixed up in the output's size.

    With square images nothing shows. The first spatial axis is the height and goes with kh, the second the width, with
    kw.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        h, w = width, height
        p = self.padding
        out_h = (h + 2 * p - kh) // self.stride + 1
        out_w = (w + 2 * p - kw) // self.stride + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"kernel_size ({kh}, {kw}) is larger than the padded input ({height + 2 * p}, {width + 2 * p})")
        padded = np.zeros((n, channels, max(h, w) + 2 * p, max(h, w) + 2 * p), dtype=x.dtype)
        padded[:, :, p : p + height, p : p + width] = x
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        self._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        out = self.weight.reshape(out_channels, -1) @ self._columns
        out += self.bias[:, None]
        return out.reshape(n, out_channels, out_h, out_w)


class SharedCache(Conv2d):
    """What forward remembers is kept on the class, so that all layers share the last one.

    A network has many convolutions; each must remember its own input.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        p = self.padding
        out_h = (height + 2 * p - kh) // self.stride + 1
        out_w = (width + 2 * p - kw) // self.stride + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"kernel_size ({kh}, {kw}) is larger than the padded input ({height + 2 * p}, {width + 2 * p})")
        padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=x.dtype)
        padded[:, :, p : p + height, p : p + width] = x
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        type(self)._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        type(self)._x_shape = x.shape
        out = self.weight.reshape(out_channels, -1) @ self._columns
        out += self.bias[:, None]
        return out.reshape(n, out_channels, out_h, out_w)


class InputScaledInPlace(Conv2d):
    """forward writes into x: it zeroes the border of the image instead of padding around it.

    The array belongs to the caller. Padding needs a larger array of its own.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        out_channels, channels, kh, kw = self.weight.shape
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"x must have shape (N, in_channels={channels}, H, W), got {x.shape}")
        n, _, height, width = x.shape
        p = self.padding
        out_h = (height + 2 * p - kh) // self.stride + 1
        out_w = (width + 2 * p - kw) // self.stride + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"kernel_size ({kh}, {kw}) is larger than the padded input ({height + 2 * p}, {width + 2 * p})")
        if p:
            x[:, :, :, 0] = 0
        padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=x.dtype)
        padded[:, :, p : p + height, p : p + width] = x
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        self._columns = columns.reshape(n, channels * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        out = self.weight.reshape(out_channels, -1) @ self._columns
        out += self.bias[:, None]
        return out.reshape(n, out_channels, out_h, out_w)


class WeightGradientFlipped(Conv2d):
    """d_weight comes out rotated by 180 degrees.

    A mixture of conventions: flipping belongs to d_x when it is written as a convolution of d_out, never to d_weight.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat.sum(axis=(0, 2))
        d_weight = (d_flat @ self._columns.transpose(0, 2, 1)).sum(axis=0).reshape(self.weight.shape)[:, :, ::-1, ::-1]
        d_columns = self.weight.reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width], d_weight, d_bias


class InputGradientUnflipped(Conv2d):
    """d_x applies the kernel without turning it round.

    Written as a convolution of the padded d_out, d_x needs the kernel rotated by 180 degrees. Forgetting the rotation
    gives the right shape and wrong numbers for every kernel that is not symmetric.
    """

    def backward(self, d_out: np.ndarray) -> Gradients:
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p = self.padding
        d_flat = d_out.reshape(n, out_channels, out_h * out_w)
        d_bias = d_flat.sum(axis=(0, 2))
        d_weight = (d_flat @ self._columns.transpose(0, 2, 1)).sum(axis=0).reshape(self.weight.shape)
        d_columns = self.weight[:, :, ::-1, ::-1].reshape(out_channels, -1).T @ d_flat
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width], d_weight, d_bias
