"""The mistakes bank of rmsprop: the root, eps, the average, and where the memory is kept.

The narrow mistakes come first: where two of them explain a failed check alike, the first is named.
"""

from __future__ import annotations

import numpy as np

from reference.rmsprop import RMSprop


class StateOnTheClass(RMSprop):
    """The mean squares are kept on the class, once for all optimisers. A second optimiser throws
    away the memory of the first and puts its own in the place; state belongs to the instance."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        type(self)._mean_squares = [np.zeros_like(param) for param in params]


class AcceptsAnyLearningRate(RMSprop):
    """The learning rate is not checked. A negative one climbs without a word, and the growing
    loss is looked for elsewhere."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
    ) -> None:
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self._mean_squares = [np.zeros_like(param) for param in params]


class IgnoresExtraGradients(RMSprop):
    """Too few gradients are refused, too many are not. A surplus means that the lists are out of
    step, and then those that are used may belong to other parameters."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) < len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=False):
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * grad**2
            param -= self.lr * grad / (np.sqrt(mean_square) + self.eps)


class FixedEps(RMSprop):
    """eps is always 1e-8, whatever the caller asked for. A larger eps is how one bounds the steps
    of parameters with tiny gradients, and here it has no effect."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.alpha = alpha
        self.eps = 1e-8
        self._mean_squares = [np.zeros_like(param) for param in params]


class IgnoresMissingGradients(RMSprop):
    """The lengths of the two lists are not compared. `zip` stops at the shorter one without a
    word, and the last parameters stay untouched for the whole training."""

    def step(self, grads: list[np.ndarray]) -> None:
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=False):
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * grad**2
            param -= self.lr * grad / (np.sqrt(mean_square) + self.eps)


class DefaultAlpha(RMSprop):
    """alpha is 0.9 when it is not given. The lecture in which RMSprop was first shown used 0.9,
    and several libraries do; PyTorch's default, and this kata's, is 0.99."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-2,
        alpha: float = 0.9,
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self._mean_squares = [np.zeros_like(param) for param in params]


class DefaultRate(RMSprop):
    """The learning rate is 0.001 when it is not given. That is Adam's default, and another
    library's for RMSprop; here it is 0.01, as in PyTorch."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        alpha: float = 0.99,
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self._mean_squares = [np.zeros_like(param) for param in params]


class FixedAlpha(RMSprop):
    """alpha is accepted and a fixed 0.99 is used. Whoever tunes it sees no difference and
    concludes that it does not matter."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.alpha = 0.99
        self.eps = eps
        self._mean_squares = [np.zeros_like(param) for param in params]


class SwappedFactors(RMSprop):
    """alpha and (1 - alpha) are exchanged. With alpha 0.99 the mean square is then almost the
    last gradient's square alone, and the step little more than its sign: the memory is gone."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square *= 1 - self.alpha
            mean_square += self.alpha * grad**2
            param -= self.lr * grad / (np.sqrt(mean_square) + self.eps)


class ForgetsMeanSquare(RMSprop):
    """The mean square begins at zero in every step, because the new one is bound to a local name.
    The step is then the gradient's sign, times ten with alpha 0.99, however often it is
    called."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square = self.alpha * mean_square + (1 - self.alpha) * grad**2
            param -= self.lr * grad / (np.sqrt(mean_square) + self.eps)


class EpsInsideRoot(RMSprop):
    """eps stands inside the root, `sqrt(s + eps)`. For a gradient of zero the denominator is then
    1e-4 instead of 1e-8, and small gradients are held back far more than intended. One course's
    solution writes it so; PyTorch, and this kata, add eps after the root."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * grad**2
            param -= self.lr * grad / np.sqrt(mean_square + self.eps)


class IgnoresEps(RMSprop):
    """eps is accepted and never used. Where a gradient has been zero from the start the step is
    0/0, and the NaN spreads from that one parameter to the whole network."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * grad**2
            param -= self.lr * grad / np.sqrt(mean_square)


class MeanAbsolute(RMSprop):
    """The running mean is taken of the absolute value instead of the square. It looks alike while
    the gradients have about one size, but the root of a mean of |g| is neither a mean size nor in
    the gradient's units."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * np.abs(grad)
            param -= self.lr * grad / (np.sqrt(mean_square) + self.eps)


class OneScalePerArray(RMSprop):
    """One mean square is kept for a whole array instead of one for every element. The point of
    RMSprop is that each number gets a step of its own; averaged over the array, the steep
    directions go on dictating to the flat ones."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * np.mean(grad**2)
            param -= self.lr * grad / (np.sqrt(mean_square) + self.eps)


class SharedMeanSquare(RMSprop):
    """All parameters of one shape share a single array of mean squares. It comes from repeating
    one array of zeros with `*`, and lets the gradients of one parameter shorten the steps of
    another."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        by_shape: dict[tuple[int, ...], np.ndarray] = {}
        self._mean_squares = [by_shape.setdefault(param.shape, np.zeros_like(param)) for param in params]


class DefaultEps(RMSprop):
    """eps is 1e-6 when it is not given, a hundred times too large. It shows only for tiny
    gradients, which are then held back where the kata promises full steps."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-6,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self._mean_squares = [np.zeros_like(param) for param in params]


class OnlyFirstParameter(RMSprop):
    """Only the first parameter moves. Code that was tried with one weight matrix looks right
    until a network has a bias."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        mean_square = self._mean_squares[0]
        mean_square *= self.alpha
        mean_square += (1 - self.alpha) * grads[0] ** 2
        self.params[0] -= self.lr * grads[0] / (np.sqrt(mean_square) + self.eps)


class Adagrad(RMSprop):
    """The squares are added up and never fade. That is AdaGrad: the denominator can only grow,
    the steps die away, and long trainings stop before they have arrived. RMSprop was made to mend
    exactly this."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square += grad**2
            param -= self.lr * grad / (np.sqrt(mean_square) + self.eps)


class SquaresNotAveraged(RMSprop):
    """The new square enters with the factor 1 instead of (1 - alpha). The sum settles at 1/(1 -
    alpha) times the mean square, so that every step is ten times too small with alpha 0.99."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square *= self.alpha
            mean_square += grad**2
            param -= self.lr * grad / (np.sqrt(mean_square) + self.eps)


class ForgetsRoot(RMSprop):
    """The gradient is divided by the mean square instead of its root. The units do not fit: the
    step then grows as the gradient shrinks, and small gradients throw the parameters far away."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * grad**2
            param -= self.lr * grad / (mean_square + self.eps)


class MeanGradientSquared(RMSprop):
    """The running mean is taken of the gradient and squared afterwards. Gradients of changing
    sign then cancel before they are squared, and the denominator becomes far too small where the
    loss zigzags, which is where it matters."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * grad
            param -= self.lr * grad / (np.sqrt(mean_square**2) + self.eps)


class BiasCorrected(RMSprop):
    """The mean square is corrected for its start at zero, as Adam's is. Without the correction
    the first steps of RMSprop are ten times longer than the later ones with alpha 0.99; one may
    not like that, but it is the recurrence of the textbook and of PyTorch."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self._steps = 0
        self._mean_squares = [np.zeros_like(param) for param in params]

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        self._steps += 1
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * grad**2
            corrected = mean_square / (1 - self.alpha**self._steps)
            param -= self.lr * grad / (np.sqrt(corrected) + self.eps)


class StartsAtOne(RMSprop):
    """The mean squares start at one instead of zero. It tames the first steps, as one popular
    library once chose to do, and gives another path than the textbook's for hundreds of steps."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self._mean_squares = [np.ones_like(param) for param in params]


class StaleMeanSquare(RMSprop):
    """The step is divided by the mean square of the step before. The first one divides by eps
    alone and throws the parameters out of sight; the mean square has to hold today's gradient
    before it is used."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            param -= self.lr * grad / (np.sqrt(mean_square) + self.eps)
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * grad**2


class Ascent(RMSprop):
    """The step goes along the gradient instead of against it. Dividing by a root changes the
    length of a step and never its direction, so the minus of gradient descent is still needed."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * grad**2
            param += self.lr * grad / (np.sqrt(mean_square) + self.eps)


class RebindsParameters(RMSprop):
    """The parameters are replaced by new arrays instead of being changed in place. The numbers
    are right, in an array that only the optimiser knows; the layers keep the old ones."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for i, grad in enumerate(grads):
            self._mean_squares[i] *= self.alpha
            self._mean_squares[i] += (1 - self.alpha) * grad**2
            scale = np.sqrt(self._mean_squares[i]) + self.eps
            self.params[i] = self.params[i] - self.lr * grad / scale


class CopiesParameters(RMSprop):
    """The constructor copies the parameters and the steps change the copies, so the network never
    learns. Parameters are what an optimiser is there to change."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha must be in [0, 1), got {alpha}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = [param.copy() for param in params]
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self._mean_squares = [np.zeros_like(param) for param in params]


class ScalesGradientsInPlace(RMSprop):
    """The gradients are changed in place. Scaling them saves a temporary array, and whoever holds
    them afterwards reads the step instead of the gradient."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, mean_square, grad in zip(self.params, self._mean_squares, grads, strict=True):
            mean_square *= self.alpha
            mean_square += (1 - self.alpha) * grad**2
            grad *= self.lr / (np.sqrt(mean_square) + self.eps)
            param -= grad
