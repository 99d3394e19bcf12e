"""The mistakes bank of mse: plausible wrong losses, each with the misconception behind it."""

from __future__ import annotations

import numpy as np

from reference.mse import MSELoss


class HalfTheSum(MSELoss):
    """The loss is half the sum of the squares, `0.5 * sum(d ** 2)`, under the name of a mean. The
    half is there so that the gradient becomes plain `d`; but value and gradient then grow with the
    number of elements. Common in introductory books and the crib sheets made from them."""

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        self._difference = prediction - target
        return float(0.5 * np.sum(self._difference**2))

    def backward(self) -> np.ndarray:
        return np.array(self._difference)


class HalfTheMean(MSELoss):
    """A half stands in front of the mean, in the loss and in the gradient. The two belong to each
    other, but the value is half the mean squared error. Seen in course notes on linear regression,
    where the cost has `1/(2m)`."""

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        self._difference = prediction - target
        return float(0.5 * np.mean(self._difference**2))

    def backward(self) -> np.ndarray:
        return np.asarray(self._difference / self._difference.size)


class MissingTwo(MSELoss):
    """The factor 2 is missing from the gradient. It cancels only where the loss was defined with a
    half in front; this one has none."""

    def backward(self) -> np.ndarray:
        return np.asarray(self._difference / self._difference.size)


class MissingMeanInBackward(MSELoss):
    """The gradient is `2 * (prediction - target)` without the `1/M` of the mean. The mean is part of
    the loss, so its factor is part of the gradient; without it, the step size depends on how many
    elements there are."""

    def backward(self) -> np.ndarray:
        return np.asarray(2 * self._difference)


class DividesByBatchOnly(MSELoss):
    """The squares are summed over each sample and averaged over the batch: divided by N instead of
    by the number of elements, forward and backward. For predictions with one column the two agree,
    so the usual regression example does not show it."""

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        self._difference = prediction - target
        return float(np.sum(self._difference**2) / len(prediction))

    def backward(self) -> np.ndarray:
        return np.asarray(2 * self._difference / len(self._difference))


class GradientOverBatchOnly(MSELoss):
    """The gradient is divided by the batch size while the loss is a mean over all elements. It is
    too large by the number of columns; `len(x)` and `x.size` are the same only for one axis."""

    def backward(self) -> np.ndarray:
        return np.asarray(2 * self._difference / len(self._difference))


class SumInsteadOfMean(MSELoss):
    """The squares are summed and not averaged, forward and backward. The gradient check passes, but
    the contract is the mean: PyTorch's `reduction="mean"`, not `"sum"`."""

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        self._difference = prediction - target
        return float(np.sum(self._difference**2))

    def backward(self) -> np.ndarray:
        return np.asarray(2 * self._difference)


class RootMeanSquare(MSELoss):
    """The square root of the mean is returned, with the gradient of the mean. The root is the error
    people like to read, in the units of the target, but it is another loss with another gradient."""

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        self._difference = prediction - target
        return float(np.sqrt(np.mean(self._difference**2)))


class AbsoluteError(MSELoss):
    """The mean of the absolute differences is returned, with the gradient of the squares. That is
    the mean absolute error, whose gradient holds nothing but signs."""

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        self._difference = prediction - target
        return float(np.mean(np.abs(self._difference)))


class SquareOfMean(MSELoss):
    """The mean of the differences is squared, instead of the squares averaged. Positive and negative
    errors cancel before they are squared, so a useless prediction may have a loss of zero. A bracket
    in the wrong place."""

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        self._difference = prediction - target
        return float(np.mean(self._difference) ** 2)


class SignFlipped(MSELoss):
    """The difference is taken as `target - prediction`. The square does not notice, but the inner
    derivative with respect to the prediction is then -1, and without it the gradient points
    downhill."""

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        self._difference = target - prediction
        return float(np.mean(self._difference**2))


class OneLossPerSample(MSELoss):
    """The mean is taken along the last axis only, so that each sample has a loss of its own, and
    only the first is returned. A loss is one number for the whole batch, or nothing can be
    differentiated."""

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        self._difference = prediction - target
        return float(np.mean(self._difference**2, axis=-1).flat[0])


class OverwritesPrediction(MSELoss):
    """The difference is made with `prediction -= target`, inside the caller's array. The loss is
    right, and afterwards the network's output is gone. An in-place operator on an argument is never
    private."""

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        prediction -= target
        self._difference = prediction
        return float(np.mean(self._difference**2))


class SecondBackwardDiffers(MSELoss):
    """The gradient is scaled inside the remembered difference, `self.diff *= 2 / M`, so the second
    call of `backward` scales it again. What `forward` remembered must still be there afterwards."""

    def backward(self) -> np.ndarray:
        self._difference *= 2 / self._difference.size
        return np.array(self._difference)


class KeepsFirstDifference(MSELoss):
    """The difference is remembered at the first call and never again. Every later gradient belongs
    to the first batch. A cache has to be filled anew by each `forward`."""

    def forward(self, prediction: np.ndarray, target: np.ndarray) -> float:
        difference = prediction - target
        if not hasattr(self, "_difference") or self._difference.shape != difference.shape:
            self._difference = difference
        return float(np.mean(difference**2))


class GradientsAccumulate(MSELoss):
    """Each `backward` adds its gradient to the last one. Frameworks do that with the gradients of
    parameters until they are zeroed; this method answers for the last `forward` alone."""

    def backward(self) -> np.ndarray:
        gradient = 2 / self._difference.size * self._difference
        before = getattr(self, "_sum", None)
        if before is not None and before.shape == gradient.shape:
            gradient = gradient + before
        self._sum = gradient
        return np.array(gradient)


class FlattensGradient(MSELoss):
    """The arrays are flattened to make the mean simple, and the gradient is returned flat. A gradient
    has the shape of what it belongs to; the layer before cannot use it otherwise."""

    def backward(self) -> np.ndarray:
        return np.asarray(2 / self._difference.size * self._difference).ravel()
