"""The mistakes bank of sandwich: each entry replaces one or more functions of the reference."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.judge.bank import FunctionMistake
from reference.sandwich import (
    Gradients,
    Pair,
    _is_training,
    affine_backward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    relu_backward,
    relu_forward,
)


class BiasGradientAveraged(FunctionMistake):
    """d_b is averaged over the batch, while d_w is summed. `d_out` carries the `1/N` of the loss already, so
    everything is summed. Common in crib sheets, because a bias has no batch axis of its own."""

    @staticmethod
    def affine_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        x, w = cache
        return d_out @ w.T, x.T @ d_out, d_out.mean(axis=0)


class GradientsDividedByBatch(FunctionMistake):
    """d_w and d_b are divided by the batch size. The average belongs to the loss and reaches the layers with
    `d_out`; dividing again makes every layer's step N times too small."""

    @staticmethod
    def affine_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        x, w = cache
        return d_out @ w.T, x.T @ d_out / len(x), d_out.sum(axis=0) / len(x)


class WeightReshapedNotTransposed(FunctionMistake):
    """d_x uses `w.reshape(M, D)` where it needs `w.T`. The shapes fit, so nothing complains, but a reshape
    keeps the order of the numbers and a transpose changes it."""

    @staticmethod
    def affine_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        x, w = cache
        return d_out @ w.reshape(w.shape[::-1]), x.T @ d_out, d_out.sum(axis=0)


class BiasForgotten(FunctionMistake):
    """The bias is left out of the affine layer. Assignments that start with zero biases do not show it; its
    gradient is still computed."""

    @staticmethod
    def affine_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> Pair:
        if x.ndim != 2 or x.shape[1] != w.shape[0]:
            raise ValueError(f"x must have the shape (N, {w.shape[0]}), got {x.shape}")
        return x @ w, (x, w)


class ReluMaskFromGradient(FunctionMistake):
    """The backward pass of ReLU looks at the sign of `d_out` instead of at the sign of its input. The
    gradient that comes in may have any sign; what matters is whether the unit was on."""

    @staticmethod
    def relu_backward(d_out: np.ndarray, cache: Any) -> np.ndarray:
        return np.asarray(d_out * (d_out > 0))


class ReluLetsZeroThrough(FunctionMistake):
    """The derivative of ReLU at exactly 0 is taken as 1: `x >= 0` instead of `x > 0`. Any value between 0 and
    1 could be defended; the convention everywhere is 0."""

    @staticmethod
    def relu_forward(x: np.ndarray) -> Pair:
        return np.maximum(x, 0), x >= 0


class ReluBackwardWritesIntoGradient(FunctionMistake):
    """The backward pass of ReLU sets entries of `d_out` itself to zero. The array belongs to the caller, who
    may still need it, for another branch of the network."""

    @staticmethod
    def relu_backward(d_out: np.ndarray, cache: Any) -> np.ndarray:
        d_out[~cache] = 0
        return d_out


class ReluForwardWritesIntoInput(FunctionMistake):
    """The forward pass of ReLU sets the negative entries of `x` itself to zero. The caller's array is changed
    behind its back: in-place operators on an argument are never private."""

    @staticmethod
    def relu_forward(x: np.ndarray) -> Pair:
        mask = x > 0
        x[~mask] = 0
        return x, mask


class SandwichLeavesReluOutOfBackward(FunctionMistake):
    """`affine_relu_backward` hands `d_out` straight to the affine layer. The cache of ReLU is there and not
    used; each function of the forward pass needs its partner on the way back."""

    @staticmethod
    def affine_relu_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        affine_cache, _ = cache
        return affine_backward(d_out, affine_cache)


class GradientOrder(FunctionMistake):
    """The gradients come back as `(d_w, d_b, d_x)`. The order is that of the arguments: the input first, then
    the parameters."""

    @staticmethod
    def affine_relu_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        affine_cache, relu_cache = cache
        d_x, d_w, d_b = affine_backward(relu_backward(d_out, relu_cache), affine_cache)
        return d_w, d_b, d_x


class KeepProbability(FunctionMistake):
    """`p` is taken for the probability of **keeping** an activation. Course assignments have had both
    meanings in different years; PyTorch and this kata mean the probability of zeroing."""

    @staticmethod
    def affine_relu_dropout_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray, dropout_param: dict[str, Any]) -> Pair:
        p, training = dropout_param["p"], _is_training(dropout_param)
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), got {p}")
        out, cache = affine_relu_forward(x, w, b)
        if not training:
            return out, (cache, 1.0)
        mask = (dropout_param["rng"].random(out.shape) < p) / p
        return out * mask, (cache, mask)


class DropoutNotRescaled(FunctionMistake):
    """The survivors are not divided by `1 - p`. The next layer then sees smaller numbers in training than in
    test mode."""

    @staticmethod
    def affine_relu_dropout_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray, dropout_param: dict[str, Any]) -> Pair:
        p, training = dropout_param["p"], _is_training(dropout_param)
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), got {p}")
        out, cache = affine_relu_forward(x, w, b)
        if not training:
            return out, (cache, 1.0)
        mask = (dropout_param["rng"].random(out.shape) >= p).astype(float)
        return out * mask, (cache, mask)


class DropoutScalesInTestMode(FunctionMistake):
    """Test mode multiplies by `1 - p`, although training has divided by it already. That is the older form of
    dropout, in which training did not scale; the two forms must not be mixed."""

    @staticmethod
    def affine_relu_dropout_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray, dropout_param: dict[str, Any]) -> Pair:
        p, training = dropout_param["p"], _is_training(dropout_param)
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), got {p}")
        out, cache = affine_relu_forward(x, w, b)
        if not training:
            return out * (1 - p), (cache, 1 - p)
        mask = (dropout_param["rng"].random(out.shape) >= p) / (1 - p)
        return out * mask, (cache, mask)


class DropoutInTestMode(FunctionMistake):
    """The mode is ignored and activations are dropped in test mode, too. Predictions are then random and
    worse than they need be."""

    @staticmethod
    def affine_relu_dropout_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray, dropout_param: dict[str, Any]) -> Pair:
        p = dropout_param["p"]
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), got {p}")
        out, cache = affine_relu_forward(x, w, b)
        mask = (dropout_param["rng"].random(out.shape) >= p) / (1 - p)
        return out * mask, (cache, mask)


class SameMaskEveryCall(FunctionMistake):
    """The mask is drawn from a generator with a fixed seed, so every call drops the same activations.
    Assignments put a seed into `dropout_param` to make a check repeatable; in training it means that a part
    of the units never takes part."""

    @staticmethod
    def affine_relu_dropout_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray, dropout_param: dict[str, Any]) -> Pair:
        p, training = dropout_param["p"], _is_training(dropout_param)
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), got {p}")
        out, cache = affine_relu_forward(x, w, b)
        if not training:
            return out, (cache, 1.0)
        mask = (np.random.default_rng(0).random(out.shape) >= p) / (1 - p)
        return out * mask, (cache, mask)


class IgnoresGenerator(FunctionMistake):
    """The mask is drawn from a fresh generator and `"rng"` is ignored. Nothing that uses dropout can then be
    repeated, neither an experiment nor a gradient check."""

    @staticmethod
    def affine_relu_dropout_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray, dropout_param: dict[str, Any]) -> Pair:
        p, training = dropout_param["p"], _is_training(dropout_param)
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), got {p}")
        out, cache = affine_relu_forward(x, w, b)
        if not training:
            return out, (cache, 1.0)
        mask = (np.random.default_rng().random(out.shape) >= p) / (1 - p)
        return out * mask, (cache, mask)


class OneMaskForTheBatch(FunctionMistake):
    """One mask, without a batch axis, is used for all samples. Dropout is drawn for every activation of every
    sample."""

    @staticmethod
    def affine_relu_dropout_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray, dropout_param: dict[str, Any]) -> Pair:
        p, training = dropout_param["p"], _is_training(dropout_param)
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), got {p}")
        out, cache = affine_relu_forward(x, w, b)
        if not training:
            return out, (cache, 1.0)
        mask = (dropout_param["rng"].random(out.shape[1:]) >= p) / (1 - p)
        return out * mask, (cache, mask)


class DropoutLeftOutOfBackward(FunctionMistake):
    """The backward function forgets the dropout mask. Activations that were zeroed had no part in the loss
    and still get a gradient."""

    @staticmethod
    def affine_relu_dropout_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        affine_relu_cache, _ = cache
        return affine_relu_backward(d_out, affine_relu_cache)


class MaskWithoutScaleInBackward(FunctionMistake):
    """The backward function uses the mask of zeros and ones, without `1 / (1 - p)`. The factor was applied
    going forward, so it is part of the derivative; it is best kept in the mask itself."""

    @staticmethod
    def affine_relu_dropout_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        affine_relu_cache, mask = cache
        return affine_relu_backward(d_out * (np.asarray(mask) > 0), affine_relu_cache)


class ProbabilityNotChecked(FunctionMistake):
    """`p` is not checked. At 1 everything is zeroed and divided by zero, and a negative `p` scales down
    without dropping. A bad probability should be refused."""

    @staticmethod
    def affine_relu_dropout_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray, dropout_param: dict[str, Any]) -> Pair:
        p, training = dropout_param["p"], _is_training(dropout_param)
        out, cache = affine_relu_forward(x, w, b)
        if not training:
            return out, (cache, 1.0)
        mask = (dropout_param["rng"].random(out.shape) >= p) / (1 - p)
        return out * mask, (cache, mask)


class StatisticsAreConstants(FunctionMistake):
    """The backward pass of batch norm takes the batch's mean and variance for constants and returns `gamma /
    std * d_out`. Both depend on every sample; two terms are missing. That formula is right in test mode only.
    Common in crib sheets."""

    @staticmethod
    def affine_bn_relu_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        affine_cache, (normal, std, gamma, _), relu_cache = cache
        d_bn = relu_backward(d_out, relu_cache)
        d_gamma, d_beta = (d_bn * normal).sum(axis=0), d_bn.sum(axis=0)
        centred = d_bn
        return (*affine_backward(gamma / std * centred, affine_cache), d_gamma, d_beta)


class TrainingGradientInTestMode(FunctionMistake):
    """The backward pass always uses the formula of training. After a forward in test mode the statistics are
    fixed numbers, no sample influences another, and the two extra terms are wrong."""

    @staticmethod
    def affine_bn_relu_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        affine_cache, (normal, std, gamma, _), relu_cache = cache
        d_bn = relu_backward(d_out, relu_cache)
        d_gamma, d_beta = (d_bn * normal).sum(axis=0), d_bn.sum(axis=0)
        centred = d_bn - (d_beta + normal * d_gamma) / len(d_bn)
        return (*affine_backward(gamma / std * centred, affine_cache), d_gamma, d_beta)


class MeanIsConstant(FunctionMistake):
    """The backward pass differentiates through the variance and not through the mean: the term `mean(d_out)`
    is missing. It vanishes only where the incoming gradient happens to be centred."""

    @staticmethod
    def affine_bn_relu_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        affine_cache, (normal, std, gamma, training), relu_cache = cache
        d_bn = relu_backward(d_out, relu_cache)
        d_gamma, d_beta = (d_bn * normal).sum(axis=0), d_bn.sum(axis=0)
        centred = d_bn - (normal * d_gamma) / len(d_bn) if training else d_bn
        return (*affine_backward(gamma / std * centred, affine_cache), d_gamma, d_beta)


class GammaLeftOutOfInputGradient(FunctionMistake):
    """gamma is missing from the gradient that goes on to the affine layer. It stands at one in the beginning,
    so a check right after the start passes."""

    @staticmethod
    def affine_bn_relu_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        affine_cache, (normal, std, _, training), relu_cache = cache
        d_bn = relu_backward(d_out, relu_cache)
        d_gamma, d_beta = (d_bn * normal).sum(axis=0), d_bn.sum(axis=0)
        centred = d_bn - (d_beta + normal * d_gamma) / len(d_bn) if training else d_bn
        return (*affine_backward(centred / std, affine_cache), d_gamma, d_beta)


class GammaBetaGradientsAveraged(FunctionMistake):
    """d_gamma and d_beta are averaged over the batch. Like those of a bias they are sums: the `1/N` of the
    loss is in `d_out` already."""

    @staticmethod
    def affine_bn_relu_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        affine_cache, (normal, std, gamma, training), relu_cache = cache
        d_bn = relu_backward(d_out, relu_cache)
        d_gamma, d_beta = (d_bn * normal).sum(axis=0), d_bn.sum(axis=0)
        centred = d_bn - (d_beta + normal * d_gamma) / len(d_bn) if training else d_bn
        d_affine = affine_backward(gamma / std * centred, affine_cache)
        return (*d_affine, d_gamma / len(d_bn), d_beta / len(d_bn))


class ReluBeforeAffine(FunctionMistake):
    """The sandwich applies ReLU to its input and then the affine layer. Stacked sandwiches look alike either
    way, but the first would cut off the data's negative features. A name lists the steps in their order."""

    @staticmethod
    def affine_relu_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> Pair:
        rectified, relu_cache = relu_forward(x)
        out, affine_cache = affine_forward(rectified, w, b)
        return out, (affine_cache, relu_cache)

    @staticmethod
    def affine_relu_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        affine_cache, relu_cache = cache
        d_x, d_w, d_b = affine_backward(d_out, affine_cache)
        return relu_backward(d_x, relu_cache), d_w, d_b


class TestModeBackwardScaled(FunctionMistake):
    """After a forward in test mode, backward scales the gradient by `1 / (1 - p)`, as if every activation had
    survived a training pass. In test mode dropout does nothing, so backward does nothing either."""

    @staticmethod
    def affine_relu_dropout_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray, dropout_param: dict[str, Any]) -> Pair:
        p, training = dropout_param["p"], _is_training(dropout_param)
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), got {p}")
        out, cache = affine_relu_forward(x, w, b)
        if not training:
            return out, (cache, 1 / (1 - p))
        mask = (dropout_param["rng"].random(out.shape) >= p) / (1 - p)
        return out * mask, (cache, mask)


class ReluBeforeBatchNorm(FunctionMistake):
    """ReLU comes before batch norm. It is a known variant, but another function: the name says affine, batch
    norm, ReLU."""

    @staticmethod
    def affine_bn_relu_forward(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        bn_param: dict[str, Any],
    ) -> Pair:
        training = _is_training(bn_param)
        before, affine_cache = affine_forward(x, w, b)
        a, relu_cache = relu_forward(before)
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        if training:
            n, momentum = len(a), bn_param["momentum"]
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            unbiased = batch_var * n / max(n - 1, 1)
            bn_param["running_mean"] = (1 - momentum) * mean + momentum * batch_mean
            bn_param["running_var"] = (1 - momentum) * var + momentum * unbiased
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + bn_param["eps"])
        normal = (a - mean) / std
        out = gamma * normal + beta
        return out, (affine_cache, (normal, std, gamma, training), relu_cache)

    @staticmethod
    def affine_bn_relu_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        affine_cache, (normal, std, gamma, training), relu_cache = cache
        d_bn = d_out
        d_gamma, d_beta = (d_bn * normal).sum(axis=0), d_bn.sum(axis=0)
        centred = d_bn - (d_beta + normal * d_gamma) / len(d_bn) if training else d_bn
        return (*affine_backward(relu_backward(gamma / std * centred, relu_cache), affine_cache), d_gamma, d_beta)


class MomentumAsKeepFactor(FunctionMistake):
    """`momentum` is taken for the share of the old statistics that is kept. Assignments with a momentum of
    0.9 mean that; PyTorch's 0.1 is the weight of the new batch. With the wrong meaning the statistics follow
    the last batch alone."""

    @staticmethod
    def affine_bn_relu_forward(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        bn_param: dict[str, Any],
    ) -> Pair:
        training = _is_training(bn_param)
        a, affine_cache = affine_forward(x, w, b)
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        if training:
            n, momentum = len(a), bn_param["momentum"]
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            unbiased = batch_var * n / max(n - 1, 1)
            bn_param["running_mean"] = momentum * mean + (1 - momentum) * batch_mean
            bn_param["running_var"] = momentum * var + (1 - momentum) * unbiased
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + bn_param["eps"])
        normal = (a - mean) / std
        out, relu_cache = relu_forward(gamma * normal + beta)
        return out, (affine_cache, (normal, std, gamma, training), relu_cache)


class IgnoresMomentum(FunctionMistake):
    """The momentum is always 0.1, whatever `bn_param` says. An option that has no effect is worse than none."""

    @staticmethod
    def affine_bn_relu_forward(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        bn_param: dict[str, Any],
    ) -> Pair:
        training = _is_training(bn_param)
        a, affine_cache = affine_forward(x, w, b)
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        if training:
            n, momentum = len(a), 0.1
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            unbiased = batch_var * n / max(n - 1, 1)
            bn_param["running_mean"] = (1 - momentum) * mean + momentum * batch_mean
            bn_param["running_var"] = (1 - momentum) * var + momentum * unbiased
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + bn_param["eps"])
        normal = (a - mean) / std
        out, relu_cache = relu_forward(gamma * normal + beta)
        return out, (affine_cache, (normal, std, gamma, training), relu_cache)


class IgnoresEps(FunctionMistake):
    """eps is always 1e-5, whatever `bn_param` says."""

    @staticmethod
    def affine_bn_relu_forward(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        bn_param: dict[str, Any],
    ) -> Pair:
        training = _is_training(bn_param)
        a, affine_cache = affine_forward(x, w, b)
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        if training:
            n, momentum = len(a), bn_param["momentum"]
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            unbiased = batch_var * n / max(n - 1, 1)
            bn_param["running_mean"] = (1 - momentum) * mean + momentum * batch_mean
            bn_param["running_var"] = (1 - momentum) * var + momentum * unbiased
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + 1e-5)
        normal = (a - mean) / std
        out, relu_cache = relu_forward(gamma * normal + beta)
        return out, (affine_cache, (normal, std, gamma, training), relu_cache)


class EpsOutsideRoot(FunctionMistake):
    """eps is added to the standard deviation instead of to the variance under the root. For eps of 1e-5 the
    difference hides in the fifth digit."""

    @staticmethod
    def affine_bn_relu_forward(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        bn_param: dict[str, Any],
    ) -> Pair:
        training = _is_training(bn_param)
        a, affine_cache = affine_forward(x, w, b)
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        if training:
            n, momentum = len(a), bn_param["momentum"]
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            unbiased = batch_var * n / max(n - 1, 1)
            bn_param["running_mean"] = (1 - momentum) * mean + momentum * batch_mean
            bn_param["running_var"] = (1 - momentum) * var + momentum * unbiased
            mean, var = batch_mean, batch_var
        std = np.sqrt(var) + bn_param["eps"]
        normal = (a - mean) / std
        out, relu_cache = relu_forward(gamma * normal + beta)
        return out, (affine_cache, (normal, std, gamma, training), relu_cache)


class RunningVarianceBiased(FunctionMistake):
    """`running_var` takes the biased variance of the batch. It is an estimate for other samples, so PyTorch
    stores the unbiased one; only the normalising itself uses the biased."""

    @staticmethod
    def affine_bn_relu_forward(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        bn_param: dict[str, Any],
    ) -> Pair:
        training = _is_training(bn_param)
        a, affine_cache = affine_forward(x, w, b)
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        if training:
            momentum = bn_param["momentum"]
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            unbiased = batch_var
            bn_param["running_mean"] = (1 - momentum) * mean + momentum * batch_mean
            bn_param["running_var"] = (1 - momentum) * var + momentum * unbiased
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + bn_param["eps"])
        normal = (a - mean) / std
        out, relu_cache = relu_forward(gamma * normal + beta)
        return out, (affine_cache, (normal, std, gamma, training), relu_cache)


class NormalisesWithUnbiasedVariance(FunctionMistake):
    """The batch is normalised with the unbiased variance (`ddof=1`). The outputs then have a variance below
    one; only `running_var` takes that estimate."""

    @staticmethod
    def affine_bn_relu_forward(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        bn_param: dict[str, Any],
    ) -> Pair:
        training = _is_training(bn_param)
        a, affine_cache = affine_forward(x, w, b)
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        if training:
            n, momentum = len(a), bn_param["momentum"]
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            unbiased = batch_var * n / max(n - 1, 1)
            bn_param["running_mean"] = (1 - momentum) * mean + momentum * batch_mean
            bn_param["running_var"] = (1 - momentum) * var + momentum * unbiased
            mean, var = batch_mean, unbiased
        std = np.sqrt(var + bn_param["eps"])
        normal = (a - mean) / std
        out, relu_cache = relu_forward(gamma * normal + beta)
        return out, (affine_cache, (normal, std, gamma, training), relu_cache)


class RunningStatisticsForgotten(FunctionMistake):
    """The new running statistics are computed into local variables and never stored in `bn_param`. Training
    looks healthy; test mode normalises with the values of the first day."""

    @staticmethod
    def affine_bn_relu_forward(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        bn_param: dict[str, Any],
    ) -> Pair:
        training = _is_training(bn_param)
        a, affine_cache = affine_forward(x, w, b)
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        if training:
            n, momentum = len(a), bn_param["momentum"]
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            unbiased = batch_var * n / max(n - 1, 1)
            mean = (1 - momentum) * mean + momentum * batch_mean
            var = (1 - momentum) * var + momentum * unbiased
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + bn_param["eps"])
        normal = (a - mean) / std
        out, relu_cache = relu_forward(gamma * normal + beta)
        return out, (affine_cache, (normal, std, gamma, training), relu_cache)


class RunningStatisticsMoveInTestMode(FunctionMistake):
    """Test mode moves the running statistics, too. Each look at the validation data then changes the layer;
    only training may."""

    @staticmethod
    def affine_bn_relu_forward(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        bn_param: dict[str, Any],
    ) -> Pair:
        training = _is_training(bn_param)
        a, affine_cache = affine_forward(x, w, b)
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        n, momentum = len(a), bn_param["momentum"]
        batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
        unbiased = batch_var * n / max(n - 1, 1)
        bn_param["running_mean"] = (1 - momentum) * mean + momentum * batch_mean
        bn_param["running_var"] = (1 - momentum) * var + momentum * unbiased
        if training:
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + bn_param["eps"])
        normal = (a - mean) / std
        out, relu_cache = relu_forward(gamma * normal + beta)
        return out, (affine_cache, (normal, std, gamma, training), relu_cache)


class BatchStatisticsInTestMode(FunctionMistake):
    """Test mode normalises with the statistics of the batch at hand. A sample's output then depends on its
    neighbours; that is what the running statistics are there to avoid."""

    @staticmethod
    def affine_bn_relu_forward(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        bn_param: dict[str, Any],
    ) -> Pair:
        training = _is_training(bn_param)
        a, affine_cache = affine_forward(x, w, b)
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        if training:
            n, momentum = len(a), bn_param["momentum"]
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            unbiased = batch_var * n / max(n - 1, 1)
            bn_param["running_mean"] = (1 - momentum) * mean + momentum * batch_mean
            bn_param["running_var"] = (1 - momentum) * var + momentum * unbiased
        mean, var = a.mean(axis=0), a.var(axis=0)
        std = np.sqrt(var + bn_param["eps"])
        normal = (a - mean) / std
        out, relu_cache = relu_forward(gamma * normal + beta)
        return out, (affine_cache, (normal, std, gamma, training), relu_cache)


class BatchNormIgnoresBeta(FunctionMistake):
    """beta is left out. It starts at zero, so the omission shows only once it has been trained."""

    @staticmethod
    def affine_bn_relu_forward(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        bn_param: dict[str, Any],
    ) -> Pair:
        training = _is_training(bn_param)
        a, affine_cache = affine_forward(x, w, b)
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        if training:
            n, momentum = len(a), bn_param["momentum"]
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            unbiased = batch_var * n / max(n - 1, 1)
            bn_param["running_mean"] = (1 - momentum) * mean + momentum * batch_mean
            bn_param["running_var"] = (1 - momentum) * var + momentum * unbiased
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + bn_param["eps"])
        normal = (a - mean) / std
        out, relu_cache = relu_forward(gamma * normal)
        return out, (affine_cache, (normal, std, gamma, training), relu_cache)


class StatisticsPerSample(FunctionMistake):
    """The mean and the variance are taken along each sample (axis 1) instead of along the batch (axis 0).
    That is layer norm, which needs no running statistics."""

    @staticmethod
    def affine_bn_relu_forward(
        x: np.ndarray,
        w: np.ndarray,
        b: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        bn_param: dict[str, Any],
    ) -> Pair:
        training = _is_training(bn_param)
        a, affine_cache = affine_forward(x, w, b)
        mean, var = bn_param["running_mean"], bn_param["running_var"]
        if training:
            n, momentum = len(a), bn_param["momentum"]
            batch_mean, batch_var = a.mean(axis=0), a.var(axis=0)
            unbiased = batch_var * n / max(n - 1, 1)
            bn_param["running_mean"] = (1 - momentum) * mean + momentum * batch_mean
            bn_param["running_var"] = (1 - momentum) * var + momentum * unbiased
            mean, var = batch_mean, batch_var
        std = np.sqrt(var + bn_param["eps"])
        normal = (a - mean) / std
        if training:
            std = np.sqrt(a.var(axis=1, keepdims=True) + bn_param["eps"])
            normal = (a - a.mean(axis=1, keepdims=True)) / std
        out, relu_cache = relu_forward(gamma * normal + beta)
        return out, (affine_cache, (normal, std, gamma, training), relu_cache)


class CacheInModule(FunctionMistake):
    """The input is kept in one place of the module besides the cache, and backward uses that. Two forwards
    before the first backward, as every network with two such layers does, and the first one's input is gone.
    That is what explicit caches are for."""

    @staticmethod
    def affine_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> Pair:
        if x.ndim != 2 or x.shape[1] != w.shape[0]:
            raise ValueError(f"x must have the shape (N, {w.shape[0]}), got {x.shape}")
        vars(affine_forward)["last"] = x
        return x @ w + b, (x, w)

    @staticmethod
    def affine_backward(d_out: np.ndarray, cache: Any) -> Gradients:
        _, w = cache
        x = vars(affine_forward)["last"]
        return d_out @ w.T, x.T @ d_out, d_out.sum(axis=0)
