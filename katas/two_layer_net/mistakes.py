"""The mistakes bank of two-layer-net: plausible wrong networks, each with the misconception behind it."""

from __future__ import annotations

import numpy as np

from reference.two_layer_net import TwoLayerNet


class BinaryCrossEntropyLoss(TwoLayerNet):
    """The loss is binary cross-entropy over the classes, while the gradient is that of softmax
    cross-entropy. The two do not belong together: the extra `(1 - t) * log(1 - p)` has a gradient of
    its own. Training works all the same, so only a gradient check shows it. One widely copied cheat
    sheet has it."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> float:
        log_p = self._log_softmax(self._scores(self._hidden(x)))
        p = np.exp(log_p)
        wanted = np.zeros(p.shape)
        wanted[np.arange(len(x)), self._labels(x, t)] = 1
        with np.errstate(divide="ignore", invalid="ignore"):
            charges = wanted * log_p + (1 - wanted) * np.log1p(-p)
        return float(-charges.sum() / len(x))


class SigmoidDerivativeOfActivation(TwoLayerNet):
    """The derivative of the sigmoid is taken at the activation instead of at the pre-activation: the
    output is put through the sigmoid once more. Either `s = sigmoid(a); s * (1 - s)` with the
    pre-activation `a`, or `h * (1 - h)` with the output `h`; a helper `sigmoid_grad(x)` that expects
    `a` is easily given `h`. Common in crib sheets."""

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        hidden = self._hidden(x)
        d_scores = np.exp(self._log_softmax(self._scores(hidden)))
        d_scores[np.arange(len(x)), self._labels(x, t)] -= 1
        d_scores /= len(x)
        again = 1 / (1 + np.exp(-hidden))
        d_affine = d_scores @ self.params["W2"].T * again * (1 - again)
        return {
            "W1": x.T @ d_affine,
            "b1": d_affine.sum(axis=0),
            "W2": hidden.T @ d_scores,
            "b2": d_scores.sum(axis=0),
        }


class SigmoidLeftOutOfBackward(TwoLayerNet):
    """The gradient passes the hidden layer as if there were no sigmoid. The second layer's gradients
    are right, the first layer's are too large by 4 or more, and the network still learns a little.
    Every function of the forward pass has its factor in the backward pass."""

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        hidden = self._hidden(x)
        d_scores = np.exp(self._log_softmax(self._scores(hidden)))
        d_scores[np.arange(len(x)), self._labels(x, t)] -= 1
        d_scores /= len(x)
        d_affine = d_scores @ self.params["W2"].T
        return {
            "W1": x.T @ d_affine,
            "b1": d_affine.sum(axis=0),
            "W2": hidden.T @ d_scores,
            "b2": d_scores.sum(axis=0),
        }


class MissingBatchSize(TwoLayerNet):
    """The gradient starts from `p - t` without the `1/N` of the mean. Every gradient is then N times
    that of the loss which is reported, and the step size that works depends on the batch size."""

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        hidden = self._hidden(x)
        d_scores = np.exp(self._log_softmax(self._scores(hidden)))
        d_scores[np.arange(len(x)), self._labels(x, t)] -= 1
        d_affine = d_scores @ self.params["W2"].T * hidden * (1 - hidden)
        return {
            "W1": x.T @ d_affine,
            "b1": d_affine.sum(axis=0),
            "W2": hidden.T @ d_scores,
            "b2": d_scores.sum(axis=0),
        }


class SummedLoss(TwoLayerNet):
    """The loss is summed over the batch instead of averaged, while the gradient is the mean's. The
    value on the screen is N times the one that is minimised."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> float:
        log_p = self._log_softmax(self._scores(self._hidden(x)))
        return float(-log_p[np.arange(len(x)), self._labels(x, t)].sum())


class BiasGradientsAveragedTwice(TwoLayerNet):
    """The bias gradients are averaged over the batch, although `d_scores` has been divided by N
    already. The `1/N` belongs to the loss and occurs once; behind it everything is summed. It looks
    natural, because a bias has no batch axis."""

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        hidden = self._hidden(x)
        d_scores = np.exp(self._log_softmax(self._scores(hidden)))
        d_scores[np.arange(len(x)), self._labels(x, t)] -= 1
        d_scores /= len(x)
        d_affine = d_scores @ self.params["W2"].T * hidden * (1 - hidden)
        return {
            "W1": x.T @ d_affine,
            "b1": d_affine.mean(axis=0),
            "W2": hidden.T @ d_scores,
            "b2": d_scores.mean(axis=0),
        }


class WeightGradientsAveragedTwice(TwoLayerNet):
    """The weight gradients are divided by N once more, `x.T @ d / N`, while the bias gradients are
    not. The formula with `1/m` comes from course notes in which the loss gradient is left undivided;
    the two habits must not be mixed."""

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        hidden = self._hidden(x)
        d_scores = np.exp(self._log_softmax(self._scores(hidden)))
        d_scores[np.arange(len(x)), self._labels(x, t)] -= 1
        d_scores /= len(x)
        d_affine = d_scores @ self.params["W2"].T * hidden * (1 - hidden)
        return {
            "W1": x.T @ d_affine / len(x),
            "b1": d_affine.sum(axis=0),
            "W2": hidden.T @ d_scores / len(x),
            "b2": d_scores.sum(axis=0),
        }


class GradientDescends(TwoLayerNet):
    """The gradient starts from `t - p`, so every entry has the wrong sign. The minus of gradient
    descent has been worked into the gradient; the optimiser's own minus then makes the loss climb."""

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        hidden = self._hidden(x)
        d_scores = -np.exp(self._log_softmax(self._scores(hidden)))
        d_scores[np.arange(len(x)), self._labels(x, t)] += 1
        d_scores /= len(x)
        d_affine = d_scores @ self.params["W2"].T * hidden * (1 - hidden)
        return {
            "W1": x.T @ d_affine,
            "b1": d_affine.sum(axis=0),
            "W2": hidden.T @ d_scores,
            "b2": d_scores.sum(axis=0),
        }


class TakesOneOffWholeColumns(TwoLayerNet):
    """The 1 of the wanted class is taken off with `d_scores[:, t] -= 1`, which touches that class in
    every row. The rows have to be named, too: `d_scores[np.arange(N), t] -= 1`. It is right for a
    batch of one only."""

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        hidden = self._hidden(x)
        d_scores = np.exp(self._log_softmax(self._scores(hidden)))
        d_scores[:, self._labels(x, t)] -= 1
        d_scores /= len(x)
        d_affine = d_scores @ self.params["W2"].T * hidden * (1 - hidden)
        return {
            "W1": x.T @ d_affine,
            "b1": d_affine.sum(axis=0),
            "W2": hidden.T @ d_scores,
            "b2": d_scores.sum(axis=0),
        }


class ZeroInitialisation(TwoLayerNet):
    """All the weights start at zero. Then all hidden units compute the same and get the same
    gradient for ever: the layer is one unit wide, however many were asked for. Biases may start at
    zero, weights may not."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        weight_init_std: float = 0.01,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.params: dict[str, np.ndarray] = {
            "W1": np.zeros((input_size, hidden_size)),
            "b1": np.zeros(hidden_size),
            "W2": np.zeros((hidden_size, output_size)),
            "b2": np.zeros(output_size),
        }


class RandomBiases(TwoLayerNet):
    """The biases are drawn at random like the weights instead of starting at zero.

    The random weights already make the hidden units differ, which is all that randomness is needed for.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        weight_init_std: float = 0.01,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = np.random.default_rng() if rng is None else rng
        self.params = {
            "W1": weight_init_std * rng.standard_normal((input_size, hidden_size)),
            "b1": weight_init_std * rng.standard_normal(hidden_size),
            "W2": weight_init_std * rng.standard_normal((hidden_size, output_size)),
            "b2": weight_init_std * rng.standard_normal(output_size),
        }


class IgnoresWeightInitStd(TwoLayerNet):
    """`weight_init_std` is accepted and never used: the weights are drawn with the default 0.01. An
    argument that has no effect is worse than none, because the caller believes to have set it."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        weight_init_std: float = 0.01,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = np.random.default_rng() if rng is None else rng
        self.params: dict[str, np.ndarray] = {
            "W1": 0.01 * rng.standard_normal((input_size, hidden_size)),
            "b1": np.zeros(hidden_size),
            "W2": 0.01 * rng.standard_normal((hidden_size, output_size)),
            "b2": np.zeros(output_size),
        }


class UniformInitialisation(TwoLayerNet):
    """The weights are drawn with `rng.random`, uniformly from 0 to 1, and scaled. They are all
    positive then, their spread is 0.29 of what was asked for, and every hidden unit leans the same
    way. `rand` and `randn` differ by one letter."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        weight_init_std: float = 0.01,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = np.random.default_rng() if rng is None else rng
        self.params: dict[str, np.ndarray] = {
            "W1": weight_init_std * rng.random((input_size, hidden_size)),
            "b1": np.zeros(hidden_size),
            "W2": weight_init_std * rng.random((hidden_size, output_size)),
            "b2": np.zeros(output_size),
        }


class IgnoresGenerator(TwoLayerNet):
    """The weights are drawn from a generator with a fixed seed, and `rng` is ignored. Every network
    of the program then starts from the same weights, and an average over several runs averages
    nothing."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        weight_init_std: float = 0.01,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = np.random.default_rng(0)
        self.params: dict[str, np.ndarray] = {
            "W1": weight_init_std * rng.standard_normal((input_size, hidden_size)),
            "b1": np.zeros(hidden_size),
            "W2": weight_init_std * rng.standard_normal((hidden_size, output_size)),
            "b2": np.zeros(output_size),
        }


class UnstableSoftmax(TwoLayerNet):
    """Softmax exponentiates the scores as they are. From about 710 on `exp` is infinite, and the
    probabilities are NaN. Taking each row's maximum off first costs nothing and changes no
    probability."""

    def _log_softmax(self, scores: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            exponentials = np.exp(scores)
            return np.asarray(np.log(exponentials / exponentials.sum(axis=1, keepdims=True)))


class UnstableLoss(TwoLayerNet):
    """loss takes `log(sum(exp(scores)))` of the scores as they are, while the probabilities are stable.

    From about 710 on `exp` is infinite, far below zero the sum is 0, and the logarithm is infinite either way. The same
    maximum that steadies the softmax steadies the loss: take it off before `exp`, add it after `log`.
    """

    def loss(self, x: np.ndarray, t: np.ndarray) -> float:
        scores = self._scores(self._hidden(x))
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            logs = np.log(np.exp(scores).sum(axis=1))
        return float((logs - scores[np.arange(len(x)), self._labels(x, t)]).mean())


class MaximumOfWholeBatch(TwoLayerNet):
    """Softmax takes the maximum of the whole array off, instead of each row's own. A row far below
    the largest one underflows as a whole and becomes 0 / 0. It comes from code for one sample."""

    def _log_softmax(self, scores: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            exponentials = np.exp(scores - scores.max())
            return np.asarray(np.log(exponentials / exponentials.sum(axis=1, keepdims=True)))


class SoftmaxOverBatch(TwoLayerNet):
    """Softmax runs over the batch axis: `axis=0` instead of `axis=1`. The columns sum to one instead
    of the rows, and what is predicted for a sample depends on its neighbours. Common in course
    notes, whose softmax was written for a single sample."""

    def _log_softmax(self, scores: np.ndarray) -> np.ndarray:
        shifted = scores - scores.max(axis=0, keepdims=True)
        return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True)))


class PredictsScores(TwoLayerNet):
    """`predict` returns the scores and leaves softmax out. Their order is the same, so the accuracy
    is right, but they are no probabilities. It is PyTorch's habit; here `predict` is asked for
    probabilities."""

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self._scores(self._hidden(x))


class PredictsClasses(TwoLayerNet):
    """`predict` returns the most probable class instead of the probabilities. That is scikit-learn's
    meaning of the word, where the probabilities are called `predict_proba`."""

    def predict(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self._scores(self._hidden(x)).argmax(axis=1))


class HiddenReLU(TwoLayerNet):
    """The hidden layer uses ReLU in the forward pass and the sigmoid's derivative in the backward
    pass. The activation was changed in one place and not in the other; the gradient no longer
    belongs to the network."""

    def _hidden(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(np.maximum(x @ self.params["W1"] + self.params["b1"], 0))


class HiddenBiasForgotten(TwoLayerNet):
    """`b1` is left out of the forward pass. While the biases are zero nobody notices; once they are
    trained, the network computes something else than what its gradient is for."""

    def _hidden(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(0.5 + 0.5 * np.tanh(0.5 * (x @ self.params["W1"])))


class OutputBiasForgotten(TwoLayerNet):
    """`b2` is left out of the forward pass. The gradient moves it all the same, without any effect on
    the probabilities."""

    def _scores(self, hidden: np.ndarray) -> np.ndarray:
        return np.asarray(hidden @ self.params["W2"])


class EpsilonInLog(TwoLayerNet):
    """The loss takes `log(p + 1e-7)`. The epsilon changes the loss but not the gradient, and caps the
    loss of a confidently wrong answer near 16. Going by `log p = z - logsumexp(z)` needs none. Common in
    introductory books."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> float:
        p = np.exp(self._log_softmax(self._scores(self._hidden(x))))
        return float(-np.log(p[np.arange(len(x)), self._labels(x, t)] + 1e-7).mean())


class QuotientSigmoid(TwoLayerNet):
    """The sigmoid is `exp(a) / (1 + exp(a))`, which is right on paper. For a pre-activation beyond 709
    both exponentials are infinite and their quotient is NaN. `1 / (1 + exp(-a))` at least has the right
    limit; `0.5 * (1 + tanh(a / 2))` does not even warn."""

    def _hidden(self, x: np.ndarray) -> np.ndarray:
        a = x @ self.params["W1"] + self.params["b1"]
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(np.exp(a) / (1 + np.exp(a)))


class AccuracyInPercent(TwoLayerNet):
    """The accuracy is given in percent. A share lies between 0 and 1; whoever prints it may multiply
    by 100."""

    def accuracy(self, x: np.ndarray, t: np.ndarray) -> float:
        right = self._scores(self._hidden(x)).argmax(axis=1) == self._labels(x, t)
        return float(100 * right.mean())


class AccuracyCounts(TwoLayerNet):
    """The accuracy is the number of right answers, not their share: the division by N is
    forgotten."""

    def accuracy(self, x: np.ndarray, t: np.ndarray) -> float:
        return float((self._scores(self._hidden(x)).argmax(axis=1) == self._labels(x, t)).sum())


class AccuracyOverBatchAxis(TwoLayerNet):
    """One-hot targets are compared entry by entry with one-hot predictions. All the zeros that agree
    count as right answers, so three classes give at least a third. Rows have to be compared, by
    `argmax` along the classes."""

    def accuracy(self, x: np.ndarray, t: np.ndarray) -> float:
        scores = self._scores(self._hidden(x))
        if t.ndim == 1:
            return float((scores.argmax(axis=1) == t).mean())
        chosen = np.zeros(t.shape)
        chosen[np.arange(len(x)), scores.argmax(axis=1)] = 1
        return float((chosen == t).mean())


class OneHotOnly(TwoLayerNet):
    """Class indices are not turned into one-hot rows before `p - t`; the indices themselves are
    subtracted from every probability. The loss indexes correctly, so only the gradient is wrong, and
    only for class indices."""

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        hidden = self._hidden(x)
        wanted = t[:, np.newaxis] if t.ndim == 1 else t
        d_scores = (np.exp(self._log_softmax(self._scores(hidden))) - wanted) / len(x)
        d_affine = d_scores @ self.params["W2"].T * hidden * (1 - hidden)
        return {
            "W1": x.T @ d_affine,
            "b1": d_affine.sum(axis=0),
            "W2": hidden.T @ d_scores,
            "b2": d_scores.sum(axis=0),
        }


class GradientOfLastLoss(TwoLayerNet):
    """`gradient` uses what the last call of `loss` left behind instead of going forward itself. After
    `loss` on the same batch it is right; after the validation loss, or after a step of the
    parameters, it is the gradient of something else."""

    def loss(self, x: np.ndarray, t: np.ndarray) -> float:
        self._kept = self._hidden(x)
        log_p = self._log_softmax(self._scores(self._kept))
        return float(-log_p[np.arange(len(x)), self._labels(x, t)].mean())

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        kept = getattr(self, "_kept", None)
        hidden = self._hidden(x) if kept is None or len(kept) != len(x) else kept
        d_scores = np.exp(self._log_softmax(self._scores(hidden)))
        d_scores[np.arange(len(x)), self._labels(x, t)] -= 1
        d_scores /= len(x)
        d_affine = d_scores @ self.params["W2"].T * hidden * (1 - hidden)
        return {
            "W1": x.T @ d_affine,
            "b1": d_affine.sum(axis=0),
            "W2": hidden.T @ d_scores,
            "b2": d_scores.sum(axis=0),
        }


class GradientTrains(TwoLayerNet):
    """`gradient` also takes a small step. Computing a gradient and changing the parameters are two
    things; whoever asks for the gradient twice, or hands it to an optimiser, steps twice."""

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        hidden = self._hidden(x)
        d_scores = np.exp(self._log_softmax(self._scores(hidden)))
        d_scores[np.arange(len(x)), self._labels(x, t)] -= 1
        d_scores /= len(x)
        d_affine = d_scores @ self.params["W2"].T * hidden * (1 - hidden)
        grads = {
            "W1": x.T @ d_affine,
            "b1": d_affine.sum(axis=0),
            "W2": hidden.T @ d_scores,
            "b2": d_scores.sum(axis=0),
        }
        for name, grad in grads.items():
            self.params[name] -= 0.1 * grad
        return grads


class BackpropagatesThroughInitialWeights(TwoLayerNet):
    """The backward pass multiplies by a copy of `W2` that was taken at its first call. Parameters are
    changed from outside, so they must be read from `params` every time; a second reference to an
    array goes stale as soon as the entry is replaced."""

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        if not hasattr(self, "_w2"):
            self._w2 = self.params["W2"].copy()
        hidden = self._hidden(x)
        d_scores = np.exp(self._log_softmax(self._scores(hidden)))
        d_scores[np.arange(len(x)), self._labels(x, t)] -= 1
        d_scores /= len(x)
        d_affine = d_scores @ self._w2.T * hidden * (1 - hidden)
        return {
            "W1": x.T @ d_affine,
            "b1": d_affine.sum(axis=0),
            "W2": hidden.T @ d_scores,
            "b2": d_scores.sum(axis=0),
        }
