"""The mistakes bank of flatten."""

from __future__ import annotations

import numpy as np

from reference.flatten import Flatten


class MemoryOrder(Flatten):
    """The elements are taken in the order in which they lie in memory (`order="A"`).

    For an ordinary array that is row-major, and the layer works. A transposed image, or one that
    was loaded in Fortran order, comes out scrambled. The default order of `reshape` goes by the
    indices, not by the memory.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shape = x.shape
        return x.reshape((x.shape[0], int(np.prod(x.shape[1:]))), order="A")


class ColumnMajor(Flatten):
    """The elements of a sample are taken in column-major (Fortran) order.

    The first axis of a sample runs fastest then, as in MATLAB. Forward and backward fit each other,
    so a gradient check passes; but weights trained elsewhere no longer match their inputs.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shape = x.shape
        return np.stack([sample.ravel(order="F") for sample in x])

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        samples = [row.reshape(self._shape[1:], order="F") for row in d_out]
        return np.stack(samples)


class BatchFlattenedAway(Flatten):
    """The batch axis is flattened away with the others.

    `x.ravel()` and `x.reshape(-1)` make one long row of the whole batch. Samples must stay apart:
    only the axes after the first are joined.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shape = x.shape
        return x.reshape(-1)


class SingleRow(Flatten):
    """The whole batch becomes one row, `reshape(1, -1)`.

    With a batch of one, as in a quick trial, the shape is right. With more, the samples are glued
    together.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shape = x.shape
        return x.reshape(1, -1)


class SqueezesBatchOfOne(Flatten):
    """A batch of one loses its batch axis.

    A `squeeze()` that was meant to tidy up removes every axis of length 1, the batch axis
    included, so that a single image gives a vector instead of a matrix with one row.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shape = x.shape
        return x.reshape(x.shape[0], int(np.prod(x.shape[1:]))).squeeze()


class SqueezesGradient(Flatten):
    """`backward` squeezes axes of length 1 out of the gradient.

    A grey image has one channel and a small batch may hold one sample: these axes belong to the
    shape of x, and the gradient has exactly the shape of x.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out.reshape(self._shape).squeeze()


class TransposedOutput(Flatten):
    """The samples become columns: the output is (prod, N).

    Texts that write layers as `W @ x` keep one sample a column. Here samples are rows, as in every
    framework.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shape = x.shape
        return x.reshape(x.shape[0], int(np.prod(x.shape[1:]))).T

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out.T.reshape(self._shape)


class FeaturesFirst(Flatten):
    """`reshape(-1, N)` instead of `reshape(N, -1)`.

    The total number of elements fits, so NumPy does not complain; the rows then hold pieces of
    samples that do not belong together.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shape = x.shape
        return x.reshape(int(np.prod(x.shape[1:])), x.shape[0])


class ChannelsLast(Flatten):
    """The channel axis is moved to the end before flattening.

    That is the order of frameworks that store images as (N, H, W, C). This layout is (N, C, H, W),
    and its row-major order has all of the first channel before the second.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shape = x.shape
        moved = np.moveaxis(x, 1, -1) if x.ndim > 2 else x
        return moved.reshape(x.shape[0], int(np.prod(x.shape[1:])))

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if len(self._shape) < 3:
            return d_out.reshape(self._shape)
        moved = (self._shape[0], *self._shape[2:], self._shape[1])
        return np.moveaxis(d_out.reshape(moved), -1, 1)


class KeepsChannels(Flatten):
    """Only height and width are joined: the output is (N, C, H*W).

    That is the shape some attention layers want. Flatten keeps the batch axis and nothing else.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shape = x.shape
        if x.ndim < 4:
            return x.reshape(x.shape[0], int(np.prod(x.shape[1:])))
        return x.reshape(x.shape[0], x.shape[1], int(np.prod(x.shape[2:])))


class ImagesOnly(Flatten):
    """Only input with four axes is accepted.

    `n, c, h, w = x.shape` is clear and fails on everything but images. The layer takes any number
    of axes.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        n, c, h, w = x.shape
        self._shape = x.shape
        return x.reshape(n, c * h * w)


class BackwardDoesNothing(Flatten):
    """`backward` returns the gradient as it comes, flat.

    The values are right, and the layer before needs them in the shape of its own output. A gradient
    always has the shape of what it is the gradient of.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out


class BackwardColumnMajor(Flatten):
    """`backward` reshapes in column-major order, `forward` in row-major order.

    The shape of the gradient is right, and every number stands in the wrong place. The two orders
    have to be the same.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out.reshape(self._shape, order="F")


class BackwardSwapsAxes(Flatten):
    """`backward` restores the axes in reverse order and transposes them back.

    On square images the shape comes out right, and each image is mirrored along its diagonal.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_x = d_out.reshape(self._shape)
        return d_x.swapaxes(-1, -2).reshape(self._shape) if d_x.ndim > 2 else d_x


class RemembersFirstBatch(Flatten):
    """The shape is remembered at the first call only.

    The last batch of an epoch is often smaller, and then `backward` fails, or splits the gradient
    wrongly. Remember the shape at every forward.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        if not hasattr(self, "_shape"):
            self._shape = x.shape
        return x.reshape(x.shape[0], int(np.prod(x.shape[1:])))


class AveragesGradient(Flatten):
    """The gradient is divided by the size of the batch.

    d_out already carries the 1/N of the loss, and a layer that only reshapes has nothing to add.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return (d_out / len(d_out)).reshape(self._shape)


class ChangesShapeOfInput(Flatten):
    """`forward` assigns to `x.shape`, which reshapes the caller's own array.

    `x.shape = (n, -1)` makes no copy and no new array: the caller's image is a row from then on.
    `reshape` gives a new array object with the same numbers, and leaves x alone.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shape = x.shape
        x.shape = (x.shape[0], int(np.prod(x.shape[1:])))
        return x


class AnswersFloat64(Flatten):
    """The numbers are copied into a new float64 array, so that float32 input changes its type.

    `np.zeros((n, d))` makes float64 unless told otherwise. A layer without parameters keeps the
    type of its input.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._shape = x.shape
        out = np.zeros((x.shape[0], int(np.prod(x.shape[1:]))))
        out[...] = x.reshape(out.shape)
        return out


class SharedState(Flatten):
    """The shape is remembered on the class instead of the instance.

    With one layer it works. With two, the last forward overwrites the shape that the first one has
    remembered. `self` is where a layer keeps what is its own.
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        type(self)._shape = x.shape
        return x.reshape(x.shape[0], int(np.prod(x.shape[1:])))


class RemembersSampleOnly(Flatten):
    """`backward` rebuilds the shape of one sample, and forgets the batch axis.

    With a batch of one the number of elements fits. With more, `reshape` complains.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out.reshape(self._shape[1:])


class ForgetsAfterBackward(Flatten):
    """`backward` deletes the shape that it has used.

    Whoever asks twice for a gradient, as a numerical check does, gets an error the second time. What
    forward remembers stays until the next forward.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        shape = self._shape
        del self._shape
        return d_out.reshape(shape)


class Float64Gradient(Flatten):
    """The gradient of a float32 layer is float64.

    `np.zeros(shape)` makes float64 unless told otherwise. The gradient of a float32 input is float32.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_x = np.zeros(self._shape)
        d_x += d_out.reshape(self._shape)
        return d_x


class OnesInBackward(Flatten):
    """`backward` returns ones in the shape of x and forgets d_out.

    The slope of a copy is 1, but the chain rule multiplies it by what comes from above.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return np.ones(self._shape)
