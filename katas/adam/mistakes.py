"""The mistakes bank of adam: bias correction, eps, the counter, and every parameter's state.

The narrow mistakes come first: where two of them explain a failed check alike, the first is named.
"""

from __future__ import annotations

import numpy as np

from reference.adam import Adam


class StateOnTheClass(Adam):
    """The running means are kept on the class, once for all optimisers. A second optimiser throws
    away the memory of the first and puts its own in the place; state belongs to the instance."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._steps = 0
        type(self)._means = [np.zeros_like(param) for param in params]
        type(self)._squares = [np.zeros_like(param) for param in params]


class AcceptsAnyLearningRate(Adam):
    """The learning rate is not checked. A negative one climbs without a word, and the growing
    loss is looked for elsewhere."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._steps = 0
        self._means = [np.zeros_like(param) for param in params]
        self._squares = [np.zeros_like(param) for param in params]


class IgnoresExtraGradients(Adam):
    """Too few gradients are refused, too many are not. A surplus means that the lists are out of
    step, and then those that are used may belong to other parameters."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) < len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=False):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class FixedEps(Adam):
    """eps is always 1e-8, whatever the caller asked for. Larger values are used on purpose where
    gradients are tiny, and here they do nothing."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = 1e-8
        self._steps = 0
        self._means = [np.zeros_like(param) for param in params]
        self._squares = [np.zeros_like(param) for param in params]


class IgnoresMissingGradients(Adam):
    """The lengths of the two lists are not compared. `zip` stops at the shorter one without a
    word, and the last parameters stay untouched for the whole training."""

    def step(self, grads: list[np.ndarray]) -> None:
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=False):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class DefaultRate(Adam):
    """The learning rate is 0.01 when it is not given. Adam's default is 0.001: since its steps
    are about lr long whatever the gradient is, ten times too much is felt at once."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-2,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._steps = 0
        self._means = [np.zeros_like(param) for param in params]
        self._squares = [np.zeros_like(param) for param in params]


class DefaultBeta2(Adam):
    """beta2 is 0.99 when it is not given. That is RMSprop's alpha; Adam's is 0.999, as in the
    paper and in every framework."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.99),
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._steps = 0
        self._means = [np.zeros_like(param) for param in params]
        self._squares = [np.zeros_like(param) for param in params]


class IgnoresBetas(Adam):
    """The betas are accepted and the usual 0.9 and 0.999 are used. Nothing fails, and whoever
    tunes them sees no difference."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.betas = (0.9, 0.999)
        self.eps = eps
        self._steps = 0
        self._means = [np.zeros_like(param) for param in params]
        self._squares = [np.zeros_like(param) for param in params]


class IgnoresEps(Adam):
    """eps is accepted and never used. A gradient that has been zero from the start gives 0/0, and
    the NaN spreads through the network."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / np.sqrt(square_hat)


class EpsInsideRoot(Adam):
    """eps stands inside the root, `sqrt(v_hat + eps)`. The smallest denominator is then 1e-4
    instead of 1e-8, and parameters with small gradients hardly move."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / np.sqrt(square_hat + self.eps)


class AMSGrad(Adam):
    """v is never allowed to fall: the largest one so far is used. That is AMSGrad, a variant with
    an option of its own in PyTorch; Adam forgets large gradients in time."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._steps = 0
        self._largest = [np.zeros_like(param) for param in params]
        self._means = [np.zeros_like(param) for param in params]
        self._squares = [np.zeros_like(param) for param in params]

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for i, (param, mean, square, grad) in enumerate(zip(self.params, self._means, self._squares, grads, strict=True)):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            self._largest[i] = np.maximum(self._largest[i], square)
            square_hat = self._largest[i] / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class NeverCounts(Adam):
    """The step counter is stuck at 1. The corrections of the first step, 10 and 1000 with the
    usual betas, are applied for ever, and the steps are scaled wrongly from the second one on."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps = 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class CorrectsInPlace(Adam):
    """The corrections are written back into the running means. `m /= 1 - beta1**t` looks like
    m_hat, but the next step averages an already corrected mean and corrects it again; m_hat and
    v_hat are for one use only."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean /= 1 - beta1**self._steps
            square /= 1 - beta2**self._steps
            param -= self.lr * mean / (np.sqrt(square) + self.eps)


class MultipliesInsteadOfPower(Adam):
    """The correction uses `beta * t` instead of `beta**t`. In the first step both are the same.
    From the second on the denominators are negative, and with them v_hat, whose root is NaN; t is
    an exponent, which small print hides well."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1 * self._steps)
            square_hat = square / (1 - beta2 * self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class EpsBeforeCorrection(Adam):
    """eps is added to the root of the uncorrected v. The shortcut that folds both corrections
    into the learning rate, given at the end of the paper's section, changes what eps means: it is
    then divided by `sqrt(1 - beta2**t)`, more than thirty times as much in the first step."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            rate = self.lr * np.sqrt(1 - beta2**self._steps) / (1 - beta1**self._steps)
            param -= rate * mean / (np.sqrt(square) + self.eps)


class SwappedBetas(Adam):
    """The two betas are exchanged: the first decays the squares and the second the gradients.
    betas is (beta1, beta2), for m and for v in this order; swapped, the direction is a thousand
    steps old and the scale forgets at once."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta2, beta1 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class OneBetaForBoth(Adam):
    """beta1 is used for both means. The mean of the squares is then as short-lived as that of the
    gradients and the step is noisier than it should be; a slip of copying one line to make the
    next."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, _ = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta1
            square += (1 - beta1) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta1**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class DividesGradient(Adam):
    """The fresh gradient is divided by the root instead of m_hat. The first moment is computed
    and then not used: what is left is RMSprop with a correction."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        _, beta2 = self.betas
        self._steps += 1
        for param, square, grad in zip(self.params, self._squares, grads, strict=True):
            square *= beta2
            square += (1 - beta2) * grad**2
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * grad / (np.sqrt(square_hat) + self.eps)


class ForgetsMeans(Adam):
    """The running means begin at zero in every step, because the new ones are bound to local
    names and never stored. With the corrections of a growing t the steps only become smaller and
    smaller."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean = beta1 * mean + (1 - beta1) * grad
            square = beta2 * square + (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class ForgetsRoot(Adam):
    """m_hat is divided by v_hat instead of its root. The step then grows as the gradient shrinks,
    since the square falls faster than the gradient; the root brings the square back to the
    gradient's units."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (square_hat + self.eps)


class FirstPowerInSquare(Adam):
    """v is made of the absolute gradients instead of their squares. The root of a mean of |g| is
    not in the gradient's units, and the steps depend on how the loss is scaled, which Adam's must
    not."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * np.abs(grad)
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class OneScalePerArray(Adam):
    """One v is kept for a whole array instead of one for every element. Each number is to get a
    step that fits its own gradients; averaged over the array the steep directions dictate to the
    flat ones."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * np.mean(grad**2)
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class SharedState(Adam):
    """The running means of all parameters of one shape are the same array. It comes from
    repeating one array of zeros with `*`, and mixes the gradients of parameters that have nothing
    to do with each other."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._steps = 0
        by_shape: dict[tuple[int, ...], np.ndarray] = {}
        self._means = [by_shape.setdefault(param.shape, np.zeros_like(param)) for param in params]
        self._squares = [np.zeros_like(param) for param in params]


class SquaresGradientsInPlace(Adam):
    """The gradients are squared in place. `g *= g` saves a temporary array for v, and leaves the
    caller with squares where the gradients were."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            grad *= grad
            square += (1 - beta2) * grad
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class CountsParameters(Adam):
    """The step counter is raised once per parameter instead of once per step. The second
    parameter is corrected as if it were one step further, and with many parameters the correction
    is soon gone. Moving the line out of the loop mends it."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            self._steps += 1
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class OnlyFirstParameter(Adam):
    """Only the first parameter moves. Code that was tried with one weight matrix looks right
    until a network has a bias."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params[:1], self._means, self._squares, grads, strict=False):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class DefaultEps(Adam):
    """eps is 1e-6 when it is not given, a hundred times too large. It shows only for tiny
    gradients, which are then held back."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-6,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._steps = 0
        self._means = [np.zeros_like(param) for param in params]
        self._squares = [np.zeros_like(param) for param in params]


class NoBiasCorrection(Adam):
    """The bias of the first steps is not corrected. Both means start at zero and are too small at
    first, v much more so than m with the usual betas, so that the first steps come out about
    three times too long. It is the most common omission of all, since training mostly recovers
    from it."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            param -= self.lr * mean / (np.sqrt(square) + self.eps)


class CorrectsOnlyMean(Adam):
    """Only m is corrected, not v. The first step is then divided by a root that is 30 times too
    small with beta2 0.999, and thrown far away; the two corrections belong together."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square) + self.eps)


class CorrectsOnlySquare(Adam):
    """Only v is corrected, not m. The first steps are ten times too short with beta1 0.9. It
    looks like a harmless warm-up, and is another optimiser."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean / (np.sqrt(square_hat) + self.eps)


class CountsFromZero(Adam):
    """The steps are counted from zero. In the first one the corrections are `1 - beta**0 = 0`,
    0/0 follows, and the parameters are NaN for ever; t is 1 in the first step, so it is raised
    before it is used."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)
        self._steps += 1


class CountsFromTwo(Adam):
    """The step counter starts at one and is raised before it is used, so that the first step has
    t = 2. The corrections are then too weak all through the beginning."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._steps = 1
        self._means = [np.zeros_like(param) for param in params]
        self._squares = [np.zeros_like(param) for param in params]


class SquareOfMean(Adam):
    """v is the running mean of m squared instead of the gradient squared. Where gradients change
    their sign m is near zero, and so is this v: the division then blows the noise up instead of
    calming it."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * mean**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class SumsInsteadOfMeans(Adam):
    """The factors (1 - beta) are missing, so m and v are sums instead of means. m is then ten
    times and v a thousand times too large, and the corrections do not mend that."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += grad
            square *= beta2
            square += grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class Nadam(Adam):
    """The step looks ahead: m_hat is mixed with today's gradient once more, as in NAdam. The
    variant converges a little sooner at times, and is not what was asked for."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = (beta1 * mean + (1 - beta1) * grad) / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class OneStateForBoth(Adam):
    """m and v are the same array, because the second was assigned from the first. `self.v =
    self.m = zeros` makes one array with two names; gradients and squares are then added up
    together."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = params
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._steps = 0
        self._means = [np.zeros_like(param) for param in params]
        self._squares = self._means


class Ascent(Adam):
    """The step goes along the gradient instead of against it. All the averaging leaves the sign
    as it was, so the minus of gradient descent is still needed."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param += self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class RebindsParameters(Adam):
    """The parameters are replaced by new arrays instead of being changed in place. The numbers
    are right, in an array that only the optimiser knows; the layers keep the old ones."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for i, (param, mean, square, grad) in enumerate(zip(self.params, self._means, self._squares, grads, strict=True)):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            self.params[i] = param - self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)


class CopiesParameters(Adam):
    """The constructor copies the parameters and the steps change the copies, so the network never
    learns. Parameters are what an optimiser is there to change."""

    def __init__(
        self,
        params: list[np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must both be in [0, 1), got {betas}")
        if not eps >= 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        self.params = [param.copy() for param in params]
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._steps = 0
        self._means = [np.zeros_like(param) for param in params]
        self._squares = [np.zeros_like(param) for param in params]


class DecoupledDecay(Adam):
    """Every step also shrinks the parameters a little, as AdamW does by default. Weight decay is
    an option that nobody asked for here: with a zero gradient the parameters have to stay where
    they are."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        beta1, beta2 = self.betas
        self._steps += 1
        for param, mean, square, grad in zip(self.params, self._means, self._squares, grads, strict=True):
            mean *= beta1
            mean += (1 - beta1) * grad
            square *= beta2
            square += (1 - beta2) * grad**2
            mean_hat = mean / (1 - beta1**self._steps)
            square_hat = square / (1 - beta2**self._steps)
            param *= 1 - 0.01 * self.lr
            param -= self.lr * mean_hat / (np.sqrt(square_hat) + self.eps)
