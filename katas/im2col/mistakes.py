"""The mistakes bank of im2col."""

from __future__ import annotations

import numpy as np

from harness.judge.bank import FunctionMistake
from reference.im2col import _sizes


class AssignsOverlaps(FunctionMistake):
    """`col2im` assigns where windows overlap, instead of adding.

    A pixel that several windows share was read several times, so it receives as many gradients,
    and by the chain rule they add up. With `=` only the last one survives. While stride equals the
    kernel nothing shows, because no pixel is shared.
    """

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] = windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class AveragesOverlaps(FunctionMistake):
    """`col2im` divides every pixel by the number of windows that hold it.

    That turns `col2im` into an inverse of `im2col`, which is what one wants for stitching patches
    of an image together. The backward pass needs the adjoint: contributions are added and never
    averaged. "col2im undoes im2col" is common in course notes, and wrong.
    """

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        count = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
                count[:, :, rows, columns] += 1
        padded = (padded / np.maximum(count, 1)).astype(cols.dtype)
        return padded[:, :, padding : padding + h, padding : padding + w]


class KernelBeforeChannel(FunctionMistake):
    """The rows of the columns run over the kernel first and over the channels last.

    Rows are ordered (kh, kw, C) here and (C, kh, kw) in `torch.nn.Unfold`. Both functions agree
    with each other, so the adjoint holds; but `weight.reshape(O, -1)` runs over the channels first
    and meets the wrong rows. With one channel nobody notices.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, kh, kw, c, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, kh, kw, c, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class SwapsChannelsInImageToColumns(FunctionMistake):
    """`im2col` puts the kernel's axes before the channel, while `col2im` expects (C, kh, kw).

    A window view has the axes (N, C, out_h, out_w, kh, kw), and the transpose that follows decides
    the order. One swapped number there gives the right shape with the values in wrong rows, since
    `reshape` accepts any order of the axes.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, kh, kw, c, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)


class SwapsChannelsInColumnsToImage(FunctionMistake):
    """`col2im` reads the rows as (kh, kw, C), while they are (C, kh, kw).

    `reshape` never complains as long as the number of elements is right. The inverse of a reshape
    must name the axes in the order in which they were merged.
    """

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, kh, kw, c, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class KernelTransposed(FunctionMistake):
    """Row and column inside the window are swapped: rows run over (C, kw, kh).

    The window is read column by column. With a square kernel every shape is right and the weights
    are applied to the mirrored patch, as if the kernel were transposed.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kw, kh, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, j, i] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kw, kh, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, j, i]
        return padded[:, :, padding : padding + h, padding : padding + w]


class KernelFlipped(FunctionMistake):
    """The window is read from its last pixel to its first, as for a true convolution.

    Mathematics flips the kernel; deep learning does not: every framework computes the
    cross-correlation and calls it convolution. `im2col` takes the patch as it stands.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, kh - 1 - i, kw - 1 - j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, kh - 1 - i, kw - 1 - j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class WindowsColumnByColumn(FunctionMistake):
    """The windows are numbered column by column of the image instead of row by row.

    The last axis runs over (out_w, out_h) here. After `reshape(N, O, out_h, out_w)` the output is
    transposed, or, where the grid is not square, scrambled.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.swapaxes(4, 5).reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_w, out_h).swapaxes(4, 5)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class PositionMajorBatchInside(FunctionMistake):
    """Columns are ordered position by position, with the batch inside.

    The layout of one widely copied cheat sheet is `(C*kh*kw, L*N)`: the samples of one position
    stand next to each other. Cut back into the asked shape, the values of different samples are
    mixed. Keep the batch as the first axis, as `torch.nn.Unfold` does.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        flat = cols.transpose(1, 2, 3, 4, 5, 0).reshape(c * kh * kw, out_h * out_w * n)
        return flat.reshape(c * kh * kw, n, out_h * out_w).transpose(1, 0, 2)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        flat = cols.transpose(1, 0, 2).reshape(c, kh, kw, out_h, out_w, n)
        windows = flat.transpose(5, 0, 1, 2, 3, 4)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class BatchFirstInColumns(FunctionMistake):
    """All windows of the batch stand side by side in one matrix, without a batch axis.

    The result is `(C*kh*kw, N*L)`. Much course code does so, because one large matrix product is
    faster than N small ones. Here, as in PyTorch, the batch stays the first axis.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.transpose(1, 2, 3, 0, 4, 5).reshape(c * kh * kw, n * out_h * out_w)


class WindowsAsRows(FunctionMistake):
    """Windows are rows instead of columns: the last two axes are exchanged.

    Code that multiplies `rows @ weight.T` wants `(N, L, C*kh*kw)`. The name says it: im2COL makes
    columns, and `torch.nn.Unfold` answers `(N, C*kh*kw, L)`.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w).transpose(0, 2, 1)


class PaddingNotCropped(FunctionMistake):
    """`col2im` returns the padded image: the frame is not cut off.

    The zeros of the padding are no input, so their gradient is thrown away. The result has to have
    the shape `x_shape`. With padding=0 nothing is missing, which is how this slips through.
    """

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded


class CropsOneCornerOnly(FunctionMistake):
    """`col2im` cuts the right size, but from the top left corner of the padded image.

    `padded[:, :, :H, :W]` has the shape asked for and is shifted by `padding` in both directions.
    The image begins at row and column `padding`.
    """

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, :h, :w]


class CropsWithNegativeEnd(FunctionMistake):
    """`col2im` crops with `[padding:-padding]`, which is empty for padding=0.

    `-0` is 0, so the slice ends where it begins. Either write `padding : padding + H`, or treat
    padding=0 by itself. The slip is common in crib sheets, which only ever show padding=1.
    """

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding:-padding, padding:-padding]


class StrideIgnoredInColumnsToImage(FunctionMistake):
    """`col2im` puts the windows next to each other, one pixel apart, whatever the stride is.

    `im2col` read window (p, q) at (p*stride, q*stride), and its values have to return there. At
    stride 1 both are the same.
    """

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + out_h)
                columns = slice(j, j + out_w)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class StrideIgnoredInImageToColumns(FunctionMistake):
    """`im2col` takes windows that are one pixel apart, whatever the stride is.

    The number of windows is computed with the stride, their places are not: the top left part of
    the image is read densely and the rest never. At stride 1 both are the same.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + out_h)
                columns = slice(j, j + out_w)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)


class StrideOfRowsOnly(FunctionMistake):
    """The stride is applied to the rows only; along the width the windows are one pixel apart.

    Height and width are two loops or two slices, and one of them was not changed when the stride
    was added. The shape is right, since the size formula knows the stride.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + out_w)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + out_w)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class PaddingIgnored(FunctionMistake):
    """`im2col` does not pad: the argument is accepted and never used.

    The windows stay inside the bare image, so there are fewer of them and none sees the border
    from outside. With padding=0, the default, the two are the same.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        padding = 0
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)


class PadsWithEdge(FunctionMistake):
    """The frame repeats the pixels of the border instead of being zero.

    `np.pad(..., mode="edge")` is one of a dozen modes; PyTorch's `padding` means zeros. With the
    edge repeated, border pixels would also receive more gradient in `col2im`.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c = x.shape[:2]
        frame = ((0, 0), (0, 0), (padding, padding), (padding, padding))
        padded = np.pad(x, frame, mode="edge")
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)


class PadsOneSide(FunctionMistake):
    """Rows and columns of zeros are added at the bottom and on the right only.

    All `2*padding` of them are put behind the image. The output has the right size, but is shifted
    by `padding` against what every framework computes. Half belongs in front.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, :h, :w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, :h, :w]


class RoundsUp(FunctionMistake):
    """The number of windows is rounded up, so that the last ones reach beyond the image.

    Where the stride does not divide, the last window would hang over the border. PyTorch rounds
    down and leaves the remaining pixels out; rounding up adds zeros nobody asked for.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        out_h = -(-(h + 2 * padding - kh) // stride) + 1
        out_w = -(-(w + 2 * padding - kw) // stride) + 1
        extent = (h + 2 * padding + stride, w + 2 * padding + stride)
        padded = np.zeros((n, c, *extent), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)


class PaddingCountedOnce(FunctionMistake):
    """The size formula adds the padding once instead of twice.

    There is a frame on both sides, so the padded height is H + 2*padding. With `H + padding` the
    last windows are missing.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        out_h = (h + padding - kh) // stride + 1
        out_w = (w + padding - kw) // stride + 1
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)


class SquareImagesOnly(FunctionMistake):
    """No more windows are taken across than down, as if every image were square.

    The tests of course code have square images only, so one size for both directions passes there.
    Compute the two sizes apart, each from its own side.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        out_w = min(out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)


class SquareKernelOnly(FunctionMistake):
    """Of a pair `kernel_size` only the first number is used.

    `kernel_size` may be `(kh, kw)`, and 1 x 3 kernels are in use. The height stands in the place
    of the width here.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        side = kernel_size if isinstance(kernel_size, int) else kernel_size[0]
        kh, kw, out_h, out_w = _sizes(x.shape, side, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        side = kernel_size if isinstance(kernel_size, int) else kernel_size[0]
        kh, kw, out_h, out_w = _sizes(x_shape, side, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class PairReversed(FunctionMistake):
    """The pair `kernel_size` is read as (width, height).

    Image sizes are often given as width x height, array shapes never: a pair in NumPy and PyTorch
    is (rows, columns), (kh, kw).
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        pair = kernel_size if isinstance(kernel_size, int) else kernel_size[::-1]
        kh, kw, out_h, out_w = _sizes(x.shape, pair, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        pair = kernel_size if isinstance(kernel_size, int) else kernel_size[::-1]
        kh, kw, out_h, out_w = _sizes(x_shape, pair, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class FirstChannelOnly(FunctionMistake):
    """Every channel of the columns is filled with the first channel of the image.

    A missing `:` in the index lets broadcasting fill the rest. With one channel, as in the digits
    that every tutorial uses, all is well.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :1, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)


class FirstSampleOnly(FunctionMistake):
    """All samples get the columns of the first image.

    `x[0]` is what one prints while debugging, and broadcasting spreads it over the batch without a
    word. Always try a batch of two different images.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:1, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)


class AssignsWindows(FunctionMistake):
    """`col2im` puts whole windows into the image, each over the one before.

    Window after window is copied to its place, so a pixel keeps the value of the last window that
    holds it. It has to get the sum over all of them. `image[index] += values` with integer index
    arrays does the same, although it reads like a sum: for places that repeat use `np.add.at`.
    """

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for p in range(out_h):
            for q in range(out_w):
                top, left = p * stride, q * stride
                padded[:, :, top : top + kh, left : left + kw] = windows[..., p, q]
        return padded[:, :, padding : padding + h, padding : padding + w]


class LastOffsetMissing(FunctionMistake):
    """The loop over the kernel stops one row early, so the last row of every window is empty.

    `range(kh - 1)` comes from thinking of the largest offset, kh - 1, which `range` leaves out.
    The missing rows of the columns are zeros.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.zeros((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(max(kh - 1, 1)):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(max(kh - 1, 1)):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class AnswersFloat64(FunctionMistake):
    """float32 input is answered with float64.

    `np.zeros(shape)` without a dtype is float64, and so is all that is written into it. Memory
    doubles and every following product is done at half the speed. Take the dtype of the input.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=np.float64)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=np.float64)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=np.float64)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class AcceptsLargeKernel(FunctionMistake):
    """A kernel that is larger than the padded input gives an empty array instead of an error.

    `(H + 2*padding - kh) // stride + 1` becomes zero or negative, the loops do not run, and an
    array without elements comes back. The fault then shows up far away, as a NaN mean or a shape
    that does not fit.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        n, c, h, w = x.shape
        if min(kh, kw) < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")
        if padding < 0:
            raise ValueError(f"padding must not be negative, got {padding}")
        out_h = max((h + 2 * padding - kh) // stride + 1, 0)
        out_w = max((w + 2 * padding - kw) // stride + 1, 0)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        n, c, h, w = x_shape
        if min(kh, kw) < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")
        if padding < 0:
            raise ValueError(f"padding must not be negative, got {padding}")
        out_h = max((h + 2 * padding - kh) // stride + 1, 0)
        out_w = max((w + 2 * padding - kw) // stride + 1, 0)
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class ChecksHeightOnly(FunctionMistake):
    """Only the height of the kernel is compared with the padded input.

    A kernel can be too wide without being too high. The width then gives zero or fewer windows and
    an empty result instead of an error.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        n, c, h, w = x.shape
        if min(kh, kw) < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")
        if padding < 0:
            raise ValueError(f"padding must not be negative, got {padding}")
        if kh > h + 2 * padding:
            raise ValueError(f"kernel_size {kernel_size} is larger than the padded input")
        out_h = (h + 2 * padding - kh) // stride + 1
        out_w = max((w + 2 * padding - kw) // stride + 1, 0)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        n, c, h, w = x_shape
        if min(kh, kw) < 1:
            raise ValueError(f"kernel_size must be at least 1, got {kernel_size}")
        if stride < 1:
            raise ValueError(f"stride must be at least 1, got {stride}")
        if padding < 0:
            raise ValueError(f"padding must not be negative, got {padding}")
        if kh > h + 2 * padding:
            raise ValueError(f"kernel_size {kernel_size} is larger than the padded input")
        out_h = (h + 2 * padding - kh) // stride + 1
        out_w = max((w + 2 * padding - kw) // stride + 1, 0)
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class AcceptsNegativeStride(FunctionMistake):
    """The sign of the stride is ignored.

    A stride below 1 is a typing error of the caller. Silently taking its absolute value answers a
    question that nobody has asked; a `ValueError` that names the argument shows the place.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        stride = max(abs(stride), 1)
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        stride = max(abs(stride), 1)
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]


class KernelAgainstBareInput(FunctionMistake):
    """The kernel is compared with the image without its padding.

    A 3 x 3 kernel fits on a 2 x 2 image once that has a frame of one pixel. What counts is the
    padded size.
    """

    @staticmethod
    def im2col(
        x: np.ndarray,
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        side = kernel_size if isinstance(kernel_size, int) else max(kernel_size)
        if side > min(x.shape[2:]):
            raise ValueError(f"kernel_size {kernel_size} is larger than the input")
        kh, kw, out_h, out_w = _sizes(x.shape, kernel_size, stride, padding)
        n, c, h, w = x.shape
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=x.dtype)
        padded[:, :, padding : padding + h, padding : padding + w] = x
        cols = np.empty((n, c, kh, kw, out_h, out_w), dtype=x.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                cols[:, :, i, j] = padded[:, :, rows, columns]
        return cols.reshape(n, c * kh * kw, out_h * out_w)

    @staticmethod
    def col2im(
        cols: np.ndarray,
        x_shape: tuple[int, int, int, int],
        kernel_size: int | tuple[int, int],
        stride: int = 1,
        padding: int = 0,
    ) -> np.ndarray:
        side = kernel_size if isinstance(kernel_size, int) else max(kernel_size)
        if side > min(x_shape[2:]):
            raise ValueError(f"kernel_size {kernel_size} is larger than the input")
        kh, kw, out_h, out_w = _sizes(x_shape, kernel_size, stride, padding)
        n, c, h, w = x_shape
        expected = (n, c * kh * kw, out_h * out_w)
        if cols.shape != expected:
            raise ValueError(f"cols must have the shape {expected}, got {cols.shape}")
        windows = cols.reshape(n, c, kh, kw, out_h, out_w)
        padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
        for i in range(kh):
            for j in range(kw):
                rows = slice(i, i + stride * out_h, stride)
                columns = slice(j, j + stride * out_w, stride)
                padded[:, :, rows, columns] += windows[:, :, i, j]
        return padded[:, :, padding : padding + h, padding : padding + w]
