"""Both directions by one table of flat indices into the padded image; np.add.at scatters."""

import numpy as np


def _table(x_shape, kernel_size, stride, padding):
    try:
        _, c, h, w = x_shape
    except ValueError:
        raise ValueError(f"x must have four axes, got shape {x_shape}") from None
    kh, kw = (kernel_size,) * 2 if np.ndim(kernel_size) == 0 else kernel_size
    for name, value, least in (
        ("kernel_size", min(kh, kw), 1),
        ("stride", stride, 1),
        ("padding", padding, 0),
    ):
        if value < least:
            raise ValueError(f"{name} must be >= {least}, got {value}")
    height, width = h + 2 * padding, w + 2 * padding
    if height < kh or width < kw:
        raise ValueError(f"kernel_size ({kh}, {kw}) exceeds the padded input ({height}, {width})")
    tops = np.arange(0, height - kh + 1, stride)
    lefts = np.arange(0, width - kw + 1, stride)
    corner = (tops[:, None] * width + lefts).ravel()
    channel, i, j = np.unravel_index(np.arange(c * kh * kw), (c, kh, kw))
    offset = (channel * height + i) * width + j
    return offset[:, None] + corner, (c, height, width)


def im2col(x, kernel_size, stride=1, padding=0):
    table, _ = _table(x.shape, kernel_size, stride, padding)
    frame = [(0, 0)] * 2 + [(padding, padding)] * 2
    flat = np.pad(x, frame).reshape(len(x), -1)
    return flat[:, table]


def col2im(cols, x_shape, kernel_size, stride=1, padding=0):
    table, extent = _table(x_shape, kernel_size, stride, padding)
    if cols.shape != (x_shape[0], *table.shape):
        raise ValueError(f"cols must be {(x_shape[0], *table.shape)}, got {cols.shape}")
    flat = np.zeros((x_shape[0], int(np.prod(extent))), cols.dtype)
    np.add.at(flat, (slice(None), table), cols)
    image = flat.reshape(x_shape[0], *extent)
    return image[..., padding : extent[1] - padding, padding : extent[2] - padding]
