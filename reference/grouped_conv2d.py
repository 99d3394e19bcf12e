"""A two-dimensional convolution layer whose channels are split into groups."""

from __future__ import annotations

import numpy as np


class Conv2d:
    """Slide each kernel over the channels of its own group (cross-correlation, as every framework does).

    With `C = in_channels / groups` and g the group of o, `g = o // (out_channels / groups)`:
    `y[n, o, i, j] = bias[o] + sum over c < C, a, b of x_padded[n, g*C + c, i*stride + a, j*stride + b] * weight[o, c, a, b]`

    Attributes:
        weight: `(out_channels, in_channels / groups, kh, kw)`, drawn from N(0, 2 / (in_channels / groups * kh * kw)).
        bias: `(out_channels,)`, zero at the start.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
        groups: int = 1,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Draw the weight and set the bias to zero.

        Args:
            in_channels: channels of the input.
            out_channels: channels of the output, which is the number of kernels.
            kernel_size: one int for a square kernel, or the pair `(kh, kw)`.
            stride: how far the kernel moves, at least 1, the same for both axes.
            padding: rows and columns of zeros added on each side, at least 0.
            groups: into how many equal parts the channels are split, in and out.
            rng: generator to draw the weight from; None means `np.random.default_rng()`.

        Raises:
            ValueError: kernel_size, stride or groups is below 1, padding is negative, or groups divides in_channels or
                out_channels with a rest.
        """
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        for name, value, least in (
            ("kernel_size", min(kh, kw), 1),
            ("stride", stride, 1),
            ("padding", padding, 0),
            ("groups", groups, 1),
        ):
            if value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        if in_channels % groups or out_channels % groups:
            raise ValueError(f"groups = {groups} must divide in_channels = {in_channels} and out_channels = {out_channels}")
        rng = np.random.default_rng() if rng is None else rng
        fan_in = in_channels // groups * kh * kw
        self.weight = rng.normal(0.0, np.sqrt(2.0 / fan_in), (out_channels, in_channels // groups, kh, kw))
        self.bias = np.zeros(out_channels)
        self.stride = stride
        self.padding = padding
        self.groups = groups

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the convolution of x and remember what `backward` needs.

        Shape:
            x: `(N, in_channels, H, W)`; returns `(N, out_channels, out_h, out_w)` with
            `out_h = floor((H + 2*padding - kh) / stride) + 1`, and `out_w` likewise.

        Raises:
            ValueError: x is not 4-D or does not have `in_channels` channels, or the kernel is larger than the padded input.
        """
        out_channels, per_group, kh, kw = self.weight.shape
        g, channels = self.groups, self.groups * per_group
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
        # one slice for each place in the kernel: columns (N, groups, C*kh*kw, L), so that y is one matrix product a group
        columns = np.empty((n, channels, kh, kw, out_h, out_w), dtype=x.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            columns[:, :, a, b] = padded[:, :, rows, cols]
        self._columns = columns.reshape(n, g, per_group * kh * kw, out_h * out_w)
        self._x_shape = x.shape
        # y = W_flat @ columns + bias, in each group
        out = self.weight.reshape(g, out_channels // g, -1) @ self._columns
        return out.reshape(n, out_channels, out_h, out_w) + self.bias[:, None, None]

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return `(d_x, d_weight, d_bias)`, summed over the batch.

        Shape:
            d_out: `(N, out_channels, out_h, out_w)`, the gradient of the loss with respect to the output.
            Each gradient has the shape of what it belongs to.
        """
        n, channels, height, width = self._x_shape
        out_channels, _, kh, kw = self.weight.shape
        out_h, out_w = d_out.shape[2:]
        p, g = self.padding, self.groups
        d_flat = d_out.reshape(n, g, out_channels // g, out_h * out_w)
        # y = W_flat @ columns + bias, one product for each image and group: the sum over images is the sum over the batch
        d_bias = d_out.sum(axis=(0, 2, 3))
        d_weight = (d_flat @ self._columns.swapaxes(2, 3)).sum(axis=0).reshape(self.weight.shape)
        d_columns = self.weight.reshape(g, out_channels // g, -1).swapaxes(1, 2) @ d_flat
        # each pixel collects what every window that saw it sends back
        d_columns = d_columns.reshape(n, channels, kh, kw, out_h, out_w)
        d_padded = np.zeros((n, channels, height + 2 * p, width + 2 * p), dtype=d_columns.dtype)
        for a, b, rows, cols in self._kernel_places(out_h, out_w):
            d_padded[:, :, rows, cols] += d_columns[:, :, a, b]
        return d_padded[:, :, p : p + height, p : p + width], d_weight, d_bias

    def _kernel_places(self, out_h: int, out_w: int) -> list[tuple[int, int, slice, slice]]:
        """For each place (a, b) in the kernel: the rows and columns of the image that it meets, as slices."""
        s = self.stride
        return [
            (a, b, slice(a, a + s * out_h, s), slice(b, b + s * out_w, s))
            for a in range(self.weight.shape[2])
            for b in range(self.weight.shape[3])
        ]
