"""The mistakes bank of sgd: state, signs, and the difference between an array and its name.

The narrow mistakes come first: where two of them explain a failed check alike, the first is named.
"""

from __future__ import annotations

import numpy as np

from reference.sgd import SGD


class DefaultMomentum(SGD):
    """The momentum is 0.9 when it is not given. That is the value most people use, but the
    default of SGD is 0, here as in PyTorch: `SGD(params, lr)` is plain gradient descent."""

    def __init__(self, params: list[np.ndarray], lr: float, momentum: float = 0.9) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]


class SkipsZeroGradients(SGD):
    """A parameter whose gradient is all zeros is skipped. No gradient does not mean no movement:
    the velocity goes on, and fades by the factor momentum. The shortcut is harmless only for
    plain gradient descent, where it is sometimes seen as an optimisation."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            if not grad.any():
                continue
            velocity *= self.momentum
            velocity += grad
            param -= self.lr * velocity


class AcceptsZeroLearningRate(SGD):
    """A learning rate of zero is accepted. The check `lr < 0` lets 0 through, and training then
    runs to its end without having changed anything; a rate that can do nothing is a mistake of
    the caller that should be told at once."""

    def __init__(self, params: list[np.ndarray], lr: float, momentum: float = 0.0) -> None:
        if lr < 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]


class AcceptsMomentumOne(SGD):
    """A momentum of 1 is accepted. The interval is open at its upper end: with 1 the velocity
    never fades and the steps grow without bound, so `0 <= momentum <= 1` lets one value too many
    through."""

    def __init__(self, params: list[np.ndarray], lr: float, momentum: float = 0.0) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]


class AcceptsNegativeMomentum(SGD):
    """A negative momentum is accepted. Only the upper end of the interval is checked; below zero
    the velocity changes its sign in every step and works against the gradient it came from."""

    def __init__(self, params: list[np.ndarray], lr: float, momentum: float = 0.0) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if momentum >= 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]


class RejectsZeroMomentum(SGD):
    """A momentum of 0, the default, is refused when it is given. The interval [0, 1) is closed at
    its lower end; a check such as `if not 0 < momentum < 1` makes plain gradient descent
    impossible to ask for."""

    def __init__(self, params: list[np.ndarray], lr: float, momentum: float | None = None) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if momentum is not None and not 0 < momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum or 0.0
        self._velocities = [np.zeros_like(param) for param in params]


class IgnoresExtraGradients(SGD):
    """Too few gradients are refused, too many are not. Surplus gradients mean that the list is
    out of step with the parameters, and then those that are used may belong to others; compare
    for equality, not for enough."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) < len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=False):
            velocity *= self.momentum
            velocity += grad
            param -= self.lr * velocity


class IgnoresTooFewGradients(SGD):
    """Too many gradients are refused, too few are not. A loop over `enumerate(grads)` with a
    check that only guards the index leaves the parameters at the end of the list without an
    update; compare the two lengths for equality."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) > len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=False):
            velocity *= self.momentum
            velocity += grad
            param -= self.lr * velocity


class StateOnTheClass(SGD):
    """The velocities are kept on the class, once for all optimisers. A second optimiser throws
    away the velocities of the first and puts its own in their place. It comes from a class
    attribute, or from a default argument that is a list; state belongs to the instance."""

    def __init__(self, params: list[np.ndarray], lr: float, momentum: float = 0.0) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        type(self)._velocities = [np.zeros_like(param) for param in params]


class AcceptsAnyLearningRate(SGD):
    """The learning rate is not checked. A negative one turns descent into ascent without a word,
    and the reason for the growing loss is looked for everywhere but in the constructor."""

    def __init__(self, params: list[np.ndarray], lr: float, momentum: float = 0.0) -> None:
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]


class IgnoresMissingGradients(SGD):
    """The lengths of the two lists are not compared. `zip` stops at the shorter list without a
    word, so a forgotten gradient leaves the last parameters untouched for the whole training."""

    def step(self, grads: list[np.ndarray]) -> None:
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=False):
            velocity *= self.momentum
            velocity += grad
            param -= self.lr * velocity


class ForgetsVelocity(SGD):
    """The velocity begins at zero in every step. Momentum is memory from one step to the next; a
    velocity that is made inside `step`, or computed into a local name that shadows the stored
    one, leaves plain gradient descent whatever `momentum` says."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity = self.momentum * velocity + grad
            param -= self.lr * velocity


class VelocityInGradient(SGD):
    """The velocity is added into the gradient's own array. `g += momentum * v` gives the new
    velocity without a temporary array, and overwrites what the caller still holds as the
    gradient; kept as the velocity, the same array then belongs to two owners."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for i, grad in enumerate(grads):
            grad += self.momentum * self._velocities[i]
            self._velocities[i] = grad.copy()
            self.params[i] -= self.lr * grad


class IgnoresMomentum(SGD):
    """The momentum is accepted and never used. The constructor stores a fixed 0, so the argument
    has no effect; nothing fails, training is only slower than it should be, which is why such a
    mistake lives long."""

    def __init__(self, params: list[np.ndarray], lr: float, momentum: float = 0.0) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = 0.0
        self._velocities = [np.zeros_like(param) for param in params]


class LearningRateOnGradientOnly(SGD):
    """The learning rate scales the fresh gradient but not the remembered velocity, `p -= lr * g +
    momentum * v`. The remembered part is then too large by a factor of 1/lr and the second step
    already throws the parameters far away."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            param -= self.lr * grad + velocity
            velocity += grad


class SharedVelocityArray(SGD):
    """All parameters of one shape share a single velocity array. Each parameter then coasts on
    the gradients of the others. It comes from `[np.zeros(...)] * len(params)`, which repeats one
    array instead of making many, or from a dictionary with the shape as its key."""

    def __init__(self, params: list[np.ndarray], lr: float, momentum: float = 0.0) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        by_shape: dict[tuple[int, ...], np.ndarray] = {}
        self._velocities = [by_shape.setdefault(param.shape, np.zeros_like(param)) for param in params]


class KeepsFirstGradient(SGD):
    """The first gradient's array itself becomes the velocity. The numbers are right for one step;
    from the second on `v *= momentum` writes into an array that belongs to the caller. A velocity
    that starts from a gradient has to start from a copy."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for i, (param, grad) in enumerate(zip(self.params, grads, strict=True)):
            if self._velocities[i].any():
                self._velocities[i] *= self.momentum
                self._velocities[i] += grad
            else:
                self._velocities[i] = grad
            param -= self.lr * self._velocities[i]


class NeverDecays(SGD):
    """The velocity adds up all gradients and never fades. Without the factor `momentum` in front
    of the old velocity the first gradient pushes for ever, and the parameters swing around the
    minimum without end, even with momentum 0."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity += grad
            param -= self.lr * velocity


class OneVelocityForAll(SGD):
    """One velocity is carried from parameter to parameter. A velocity remembers where one
    parameter was going; carried on to the next it adds the weight's gradients to the bias, or
    fails when the shapes do not fit. Typical of code that was written for one parameter and then
    put into a loop."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        velocity = self._velocities[0]
        for param, grad in zip(self.params, grads, strict=True):
            velocity = self.momentum * velocity + grad
            param -= self.lr * velocity
        self._velocities[0] = velocity


class DampenedVelocity(SGD):
    """The gradient is dampened by (1 - momentum) on its way into the velocity. That makes the
    velocity an average of the gradients, as in Adam's first moment, and every step ten times
    smaller at momentum 0.9. Course notes that introduce momentum as a moving average write it so;
    PyTorch's default, and this kata, add the gradient with the factor 1."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            velocity += (1 - self.momentum) * grad
            param -= self.lr * velocity


class Nesterov(SGD):
    """The step looks ahead as Nesterov's does: p moves by `g + momentum * v` instead of v. It is
    a good optimiser and a different one; in PyTorch it has to be asked for with
    `nesterov=True`."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            velocity += grad
            param -= self.lr * (grad + self.momentum * velocity)


class OnlyFirstParameter(SGD):
    """Only the first parameter is updated. Code that was tried with a single weight matrix looks
    right until a network has a bias; every pair of a parameter and a gradient needs its step."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        self._velocities[0] *= self.momentum
        self._velocities[0] += grads[0]
        self.params[0] -= self.lr * self._velocities[0]


class MomentumOnParameters(SGD):
    """The momentum shrinks the parameter instead of its velocity, `p = momentum * p - lr * g`.
    That is weight decay of a brutal kind: the parameters are pulled to zero whatever the loss
    says."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, grad in zip(self.params, grads, strict=True):
            if self.momentum > 0:
                param *= self.momentum
            param -= self.lr * grad


class RebindsParameters(SGD):
    """The parameters are replaced by new arrays instead of being changed in place. `p = p - lr *
    v` computes the right numbers, but in an array that only the optimiser knows; the layers keep
    their old weights and the loss stays where it was. Very common in first attempts, because the
    textbook formula is written that way: use `p -= ...` or `p[...] = ...`."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for i, grad in enumerate(grads):
            self._velocities[i] *= self.momentum
            self._velocities[i] += grad
            self.params[i] = self.params[i] - self.lr * self._velocities[i]


class CopiesParameters(SGD):
    """The constructor copies the parameters and the steps change the copies. The copy was meant
    to protect the caller's arrays, which is right for gradients and inputs; but changing the
    caller's parameters is exactly an optimiser's job, and here the network never learns."""

    def __init__(self, params: list[np.ndarray], lr: float, momentum: float = 0.0) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = [param.copy() for param in params]
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]


class Ascent(SGD):
    """The step goes along the gradient instead of against it. The gradient points to where the
    loss grows fastest, so `p += lr * v` climbs. It often comes from mixing two forms of momentum:
    with `v = momentum * v - lr * g` one adds v, with `v = momentum * v + g` one subtracts it."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            velocity += grad
            param += self.lr * velocity


class SwappedFactors(SGD):
    """The momentum stands in front of the gradient and (1 - momentum) in front of the velocity.
    It is the moving average with its two factors exchanged: momentum 0 then ignores the gradients
    altogether and the parameters never move."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= 1 - self.momentum
            velocity += self.momentum * grad
            param -= self.lr * velocity


class ScalesGradientsInPlace(SGD):
    """The gradients are multiplied by the learning rate in place. The parameters come out right,
    but the caller's gradients have become something else, and whoever logs their norm or adds up
    several batches reads wrong numbers. `g *= lr` saves one temporary array at somebody else's
    expense."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            grad *= self.lr
            velocity *= self.momentum
            velocity += grad
            param -= velocity


class DecaysTwice(SGD):
    """The momentum multiplies the sum of velocity and gradient, `v = momentum * (v + g)`. The
    brackets let it dampen the new gradient as well, and with momentum 0 nothing moves at all; the
    factor belongs to the old velocity alone."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity += grad
            velocity *= self.momentum
            param -= self.lr * velocity


class StaleVelocity(SGD):
    """The parameter moves with the velocity of the step before, and the velocity is brought up to
    date afterwards. Every gradient takes effect one step late and the first step does nothing;
    the order of the two lines is the formula."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            param -= self.lr * velocity
            velocity *= self.momentum
            velocity += grad


class LearningRateTwice(SGD):
    """The learning rate is applied twice, once to the gradient and once to the velocity. It
    happens when the two usual forms of momentum are mixed: `v = momentum * v + lr * g` belongs to
    `p -= v`, and `v = momentum * v + g` belongs to `p -= lr * v`."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            velocity += self.lr * grad
            param -= self.lr * velocity


class NormalisesGradients(SGD):
    """Every gradient is divided by its norm before it is used. The step then has the same length
    however flat or steep the loss is, and near a minimum it never settles. Clipping by norm is a
    tool of its own, used outside the optimiser and only above a threshold."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            velocity += grad / (np.linalg.norm(grad) + 1e-12)
            param -= self.lr * velocity


class AveragesOverRows(SGD):
    """Every gradient is divided by its number of rows, as if they were the batch. Gradients come
    to the optimiser finished, with any 1/N of the loss already in them; the first axis of a
    weight's gradient is that of the weight, not of the batch."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            velocity += grad / len(grad)
            param -= self.lr * velocity
