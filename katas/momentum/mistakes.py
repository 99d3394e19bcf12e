"""The mistakes bank of momentum: two signs, one memory per parameter, and whose arrays they are.

The narrow mistakes come first: where two of them explain a failed check alike, the first is named.
"""

from __future__ import annotations

import numpy as np

from reference.momentum import Momentum


class SharedConfig(Momentum):
    """The settings and the velocities are kept in one place for all optimisers. The optimiser
    that is made last then decides for those before it, and throws their velocities away. It comes
    from a default argument that is a dictionary, or from a class attribute: both exist once, not
    once per optimiser. One widely copied course solution stores the velocity in the caller's
    dictionary of settings."""

    def __init__(self, params: list[np.ndarray], lr: float = 1e-2, momentum: float = 0.9) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.momentum = momentum
        type(self).lr = lr
        type(self)._velocities = [np.zeros_like(param) for param in params]


class SkipsZeroGradients(Momentum):
    """A parameter whose gradient is all zeros is skipped. Without a gradient the velocity still
    moves the parameter and fades; coasting over flat ground is what momentum is for."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            if not grad.any():
                continue
            velocity *= self.momentum
            velocity -= self.lr * grad
            param += velocity


class DefaultMomentumZero(Momentum):
    """The momentum is 0 when it is not given, as in PyTorch's SGD. This class is asked for by the
    name of its momentum: the default is 0.9."""

    def __init__(self, params: list[np.ndarray], lr: float = 1e-2, momentum: float = 0.0) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]


class DefaultRateTooSmall(Momentum):
    """The learning rate is 0.001 when it is not given. That is Adam's default; momentum's is
    0.01, ten times as much."""

    def __init__(self, params: list[np.ndarray], lr: float = 1e-3, momentum: float = 0.9) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]


class AcceptsMomentumAboveOne(Momentum):
    """A momentum of 1 and more is accepted, because only the lower end of the interval is
    checked. The velocity then never fades but grows with every step, and the parameters run
    away."""

    def __init__(self, params: list[np.ndarray], lr: float = 1e-2, momentum: float = 0.9) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if momentum < 0:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]


class AcceptsNegativeMomentum(Momentum):
    """A negative momentum is accepted. Only the upper end of the interval is checked; below zero
    the velocity works against the gradients it came from."""

    def __init__(self, params: list[np.ndarray], lr: float = 1e-2, momentum: float = 0.9) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if momentum >= 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]


class IgnoresExtraGradients(Momentum):
    """Too few gradients are refused, too many are not. A surplus means that the lists are out of
    step, and then those that are used may belong to other parameters."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) < len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=False):
            velocity *= self.momentum
            velocity -= self.lr * grad
            param += velocity


class AcceptsAnyLearningRate(Momentum):
    """The learning rate is not checked. A negative one turns descent into ascent and a zero makes
    training a waste of time, both without a word."""

    def __init__(self, params: list[np.ndarray], lr: float = 1e-2, momentum: float = 0.9) -> None:
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]


class IgnoresMissingGradients(Momentum):
    """The lengths of the two lists are not compared. `zip` stops at the shorter one without a
    word, and the last parameters stay untouched for the whole training."""

    def step(self, grads: list[np.ndarray]) -> None:
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=False):
            velocity *= self.momentum
            velocity -= self.lr * grad
            param += velocity


class IgnoresMomentum(Momentum):
    """The momentum is accepted and a fixed 0.9 is used. Most callers pass 0.9, so nobody notices
    until somebody tunes it."""

    def __init__(self, params: list[np.ndarray], lr: float = 1e-2, momentum: float = 0.9) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = 0.9
        self._velocities = [np.zeros_like(param) for param in params]


class ForgetsVelocity(Momentum):
    """The velocity begins at zero in every step, because the new one is bound to a local name and
    never stored. What is left is plain gradient descent, whatever `momentum` says."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity = self.momentum * velocity - self.lr * grad
            param += velocity


class SharedVelocityArray(Momentum):
    """All parameters of one shape share a single velocity array. It comes from `[np.zeros(...)] *
    len(params)`, which repeats one array instead of making many; each parameter then coasts on
    the gradients of the others."""

    def __init__(self, params: list[np.ndarray], lr: float = 1e-2, momentum: float = 0.9) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = params
        self.lr = lr
        self.momentum = momentum
        by_shape: dict[tuple[int, ...], np.ndarray] = {}
        self._velocities = [by_shape.setdefault(param.shape, np.zeros_like(param)) for param in params]


class NeverFades(Momentum):
    """The velocity adds up every gradient and never fades, since the factor momentum is missing.
    The first gradient pushes for ever and the parameters swing around the minimum without end."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity -= self.lr * grad
            param += velocity


class OneVelocityForAll(Momentum):
    """One velocity is carried from parameter to parameter. It adds the movement of the weight to
    the bias, or fails when the shapes do not fit; a velocity belongs to one parameter and is kept
    from step to step."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        velocity = self._velocities[0]
        for param, grad in zip(self.params, grads, strict=True):
            velocity = self.momentum * velocity - self.lr * grad
            param += velocity
        self._velocities[0] = velocity


class OnlyFirstParameter(Momentum):
    """Only the first parameter moves. Code that was tried with one weight matrix looks right
    until a network has a bias."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        self._velocities[0] *= self.momentum
        self._velocities[0] -= self.lr * grads[0]
        self.params[0] += self._velocities[0]


class DampenedVelocity(Momentum):
    """The gradient is dampened by (1 - momentum), so that the velocity becomes a moving average.
    Steps are then ten times smaller at momentum 0.9. Courses that introduce momentum through
    averages write it so, and their learning rates do not carry over to any framework."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            velocity -= (1 - self.momentum) * self.lr * grad
            param += velocity


class Nesterov(Momentum):
    """The step looks ahead as Nesterov's does: p moves by `momentum * v - lr * g` with the new v.
    This is the other momentum that lectures teach right after the classical one; it has its own
    name and its own path."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            velocity -= self.lr * grad
            param += self.momentum * velocity - self.lr * grad


class RebindsParameters(Momentum):
    """The parameters are replaced by new arrays instead of being changed in place. `p = p + v`
    computes the right numbers in an array that only the optimiser knows, while the layers go on
    with the old one. Write `p += v`."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for i, grad in enumerate(grads):
            self._velocities[i] *= self.momentum
            self._velocities[i] -= self.lr * grad
            self.params[i] = self.params[i] + self._velocities[i]


class CopiesParameters(Momentum):
    """The constructor copies the parameters and the steps change the copies. Inputs and gradients
    deserve that protection; parameters are what an optimiser is there to change."""

    def __init__(self, params: list[np.ndarray], lr: float = 1e-2, momentum: float = 0.9) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, got {lr}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.params = [param.copy() for param in params]
        self.lr = lr
        self.momentum = momentum
        self._velocities = [np.zeros_like(param) for param in params]


class AddsGradient(Momentum):
    """The learning rate times the gradient is added to the velocity, and the velocity to the
    parameter. One of the two signs has to be a minus; with none the optimiser climbs. It comes
    from mixing this form with PyTorch's, where the gradient is added and the step subtracted."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            velocity += self.lr * grad
            param += velocity


class SubtractsVelocity(Momentum):
    """The velocity, which already points downhill, is subtracted from the parameter. The minus
    stands in the line of the velocity in this form, so a second one turns the step round and the
    loss grows."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            velocity -= self.lr * grad
            param -= velocity


class StaleVelocity(Momentum):
    """The parameter moves before the velocity is brought up to date. Every gradient takes effect
    one step late, and the first step does nothing at all."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            param += velocity
            velocity *= self.momentum
            velocity -= self.lr * grad


class LearningRateOnVelocity(Momentum):
    """The learning rate scales the whole velocity once more, although it is already inside. In
    this form the rate multiplies the gradient only; `p -= lr * v` belongs to the form without
    it."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            velocity -= self.lr * grad
            param += self.lr * velocity


class LearningRateForgotten(Momentum):
    """The learning rate is left out. The gradient enters the velocity at full size, as in
    PyTorch's form, and the parameter then moves by all of it: a hundred times too far with the
    default rate."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity *= self.momentum
            velocity -= grad
            param += velocity


class MomentumOnBoth(Momentum):
    """The momentum multiplies the new gradient too, `v = momentum * (v - lr * g)`. Only the old
    velocity is faded; with the brackets every step is too small by that factor."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            velocity -= self.lr * grad
            velocity *= self.momentum
            param += velocity


class ScalesGradientsInPlace(Momentum):
    """The gradients are multiplied by the learning rate in place. The parameters come out right
    and the caller's gradients do not survive: a log of their norm, or a second optimiser on the
    same gradients, reads something else."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for param, velocity, grad in zip(self.params, self._velocities, grads, strict=True):
            grad *= self.lr
            velocity *= self.momentum
            velocity -= grad
            param += velocity


class VelocityInGradient(Momentum):
    """The gradient's own array becomes the velocity. `g *= -lr; g += momentum * v` saves a
    temporary array and overwrites what the caller holds as the gradient."""

    def step(self, grads: list[np.ndarray]) -> None:
        if len(grads) != len(self.params):
            raise ValueError(f"grads must hold {len(self.params)} arrays, one per parameter, got {len(grads)}")
        for i, grad in enumerate(grads):
            grad *= -self.lr
            grad += self.momentum * self._velocities[i]
            self._velocities[i] = grad.copy()
            self.params[i] += grad
