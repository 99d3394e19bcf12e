"""The mistakes bank of cross-entropy: plausible wrong losses, each with the misconception behind it."""

from __future__ import annotations

import numpy as np

from reference.cross_entropy import CrossEntropyLoss


class EpsilonInLog(CrossEntropyLoss):
    """A small epsilon is added inside the logarithm, `log(p + 1e-7)`. It keeps the logarithm of a
    probability that was rounded to zero from being infinite, but it caps the loss near 16 and makes
    it disagree with its own gradient. Working with `log p = z - logsumexp(z)` needs no epsilon. Very
    common in crib sheets and in introductory books."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        self._p = exponentials / exponentials.sum(axis=1, keepdims=True)
        return float(-(self._wanted * np.log(self._p + 1e-7)).sum() / len(logits))


class ClipsProbabilities(CrossEntropyLoss):
    """The probabilities are clipped to at least 1e-12 before the logarithm. The clip hides that the
    probability was lost by rounding: for a confidently wrong sample the loss stops at 27.6, and its
    true derivative there is zero, while the gradient goes on as if nothing had been clipped. Seen in
    hand-written Keras-like losses, which receive probabilities instead of logits."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        self._p = exponentials / exponentials.sum(axis=1, keepdims=True)
        return float(-(self._wanted * np.log(np.clip(self._p, 1e-12, 1))).sum() / len(logits))


class LogOfUnderflowedSoftmax(CrossEntropyLoss):
    """The loss is the logarithm of a softmax that has already been rounded. The maximum is taken off
    each row, so nothing overflows, but a probability below 1e-308 is stored as 0 and its logarithm
    is minus infinity. The logarithm has to be taken on paper first: `log p = z - logsumexp(z)`."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        self._p = exponentials / exponentials.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore"):
            log_p = np.where(self._wanted > 0, np.log(self._p), 0)
        return float(-(self._wanted * log_p).sum() / len(logits))


class NoMaximum(CrossEntropyLoss):
    """Nothing is taken off the logits before `exp`. From about 710 on `exp` overflows to infinity,
    and the loss and the gradient become NaN. Taking the row's maximum off changes nothing in the
    result and keeps every exponent at or below zero."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
            self._p = np.exp(log_p)
            return float(-(self._wanted * log_p).sum() / len(logits))


class MaximumOfWholeBatch(CrossEntropyLoss):
    """The maximum of the whole array is taken off, instead of each row's own. Rows far below the
    largest one then underflow as a whole: their sum of exponentials is 0 and its logarithm minus
    infinity. `logits - np.max(logits)` is right for one sample and is often kept when a batch axis
    is added."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max()
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
            self._p = np.exp(log_p)
            return float(-(self._wanted * log_p).sum() / len(logits))


class SoftmaxOverBatch(CrossEntropyLoss):
    """Softmax is taken over the batch axis (axis 0) instead of over the classes. Each sample's
    probabilities then depend on the other samples, and no longer sum to one. It comes from code for
    a single sample, where axis 0 was the only axis; common in course notes."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=0, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
        self._p = np.exp(log_p)
        return float(-(self._wanted * log_p).sum() / len(logits))


class SoftmaxOverEverything(CrossEntropyLoss):
    """The exponentials are divided by the sum of the whole array, not of their own row. All the
    probabilities of the batch then sum to one together, so each is too small and the loss grows with
    log N. A forgotten `axis=1, keepdims=True`."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max()
        log_p = shifted - np.log(np.exp(shifted).sum())
        self._p = np.exp(log_p)
        return float(-(self._wanted * log_p).sum() / len(logits))


class GathersWithoutArange(CrossEntropyLoss):
    """Class indices are gathered as `log_p[:, targets]` instead of `log_p[np.arange(N), targets]`.
    That picks every sample's class for every sample: an `(N, N)` table of which only the diagonal
    was wanted. Its mean looks like a loss and even falls during training."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._p = np.exp(log_p)
        if targets.ndim == 1:
            return float(-log_p[:, targets].mean())
        return float(-(self._wanted * log_p).sum() / len(logits))


class GathersFromOneRow(CrossEntropyLoss):
    """Class indices are gathered with a scalar row, `log_p[N - 1, targets]`, so that the last sample
    is charged for everybody's class. The row index must be `np.arange(N)`, one row for each target; a
    scalar there is broadcast without complaint. One widely copied cheat sheet has the batch size in
    that place."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._p = np.exp(log_p)
        if targets.ndim == 1:
            return float(-log_p[len(logits) - 1, targets].sum() / len(logits))
        return float(-(self._wanted * log_p).sum() / len(logits))


class SubtractsFromWholeColumns(CrossEntropyLoss):
    """The backward pass takes 1 off with `d[:, targets] -= 1` instead of `d[np.arange(N), targets] -= 1`.
    The slice means every row, so each sample is pushed towards the classes of all the others, too.
    Only a batch of one is right."""

    def backward(self) -> np.ndarray:
        d_logits = self._p.copy()
        d_logits[:, self._wanted.argmax(axis=1)] -= 1
        return np.asarray(d_logits / len(d_logits))


class BinaryCrossEntropy(CrossEntropyLoss):
    """The loss is binary cross-entropy summed over the classes: it also charges
    `(1 - t) * log(1 - p)`. That belongs to independent sigmoid outputs. Behind a softmax the classes
    exclude each other, only the wanted one is charged, and `p - t` is the gradient of that loss
    alone."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._p = np.exp(log_p)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_rest = np.log1p(-self._p)
            charges = self._wanted * log_p + (1 - self._wanted) * log_rest
        return float(-charges.sum() / len(logits))


class SumInsteadOfMean(CrossEntropyLoss):
    """The loss is summed over the batch and never divided by N, and its gradient with it. Both agree
    with each other, so a gradient check passes, but the step size that works now depends on the
    batch size. The contract is the mean."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._p = np.exp(log_p)
        return float(-(self._wanted * log_p).sum())

    def backward(self) -> np.ndarray:
        return np.asarray(self._p - self._wanted)


class SumInForward(CrossEntropyLoss):
    """The loss is summed over the batch in `forward`, while `backward` divides by N. The value that
    is reported is N times the one whose gradient is followed. It goes unnoticed, because training
    only ever uses the gradient."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._p = np.exp(log_p)
        return float(-(self._wanted * log_p).sum())


class MissingBatchSizeInBackward(CrossEntropyLoss):
    """The gradient is `p - t` without the `1/N` of the mean. The formula was derived for one sample;
    for the mean of N samples each row counts only `1/N`. The layers before it add up over the batch,
    so every gradient of the network comes out N times too large."""

    def backward(self) -> np.ndarray:
        return np.asarray(self._p - self._wanted)


class MeanOverElements(CrossEntropyLoss):
    """The loss is `-(t * log p).mean()`, which divides by N * C instead of by N. `np.mean` averages
    over the classes as well, although each row holds a single charge. The gradient is too small by
    the number of classes."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._p = np.exp(log_p)
        return float(-(self._wanted * log_p).mean())

    def backward(self) -> np.ndarray:
        return np.asarray((self._p - self._wanted) / self._p.size)


class GradientOverElements(CrossEntropyLoss):
    """The gradient is divided by N * C (`d.size`) while the loss is divided by N. Only the samples
    are averaged; the classes of one row share a single logarithm."""

    def backward(self) -> np.ndarray:
        return np.asarray((self._p - self._wanted) / self._p.size)


class SignFlipped(CrossEntropyLoss):
    """The gradient is `t - p`, the direction in which the loss falls. A gradient points uphill and
    the optimiser takes the minus sign; with both, training climbs. It comes from texts that write
    down the update instead of the derivative."""

    def backward(self) -> np.ndarray:
        return np.asarray((self._wanted - self._p) / len(self._p))


class GradientOfProbabilities(CrossEntropyLoss):
    """The gradient is `-t / p / N`, the derivative with respect to the probabilities. The softmax is
    part of this loss, so its Jacobian still has to be applied; together they shrink to `p - t`. Seen
    where a loss behind a separate softmax is merged with it half-way."""

    def backward(self) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(-self._wanted / self._p / len(self._p))


class DiagonalSoftmaxJacobian(CrossEntropyLoss):
    """The softmax is differentiated as if it were a sigmoid: `-t / p` times `p * (1 - p)`. That is
    the diagonal of the Jacobian; the other entries, `-p_i * p_j`, are left out, so the classes that
    were not wanted get no gradient at all."""

    def backward(self) -> np.ndarray:
        return np.asarray(-self._wanted * (1 - self._p) / len(self._p))


class HardensProbabilities(CrossEntropyLoss):
    """Targets of shape `(N, C)` are reduced to class indices with `argmax`. One-hot rows survive
    that, but label smoothing, mixup and distillation use true probabilities, and all of a row's
    weight is moved to its largest class. Common in introductory books, where targets are only ever
    one-hot."""

    def _as_rows(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        labels = targets.argmax(axis=1) if targets.ndim == 2 else targets
        rows = np.zeros(logits.shape)
        rows[np.arange(len(logits)), labels] = 1
        return rows


class IntegerOneHotAsIndices(CrossEntropyLoss):
    """What an integer dtype holds is taken for class indices, even one-hot rows of shape `(N, C)`.
    The zeros and ones are then read as classes 0 and 1. The two kinds of targets differ in their
    number of axes; one-hot arrays are integers as often as not."""

    def _as_rows(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        if not np.issubdtype(targets.dtype, np.integer):
            return targets.astype(float)
        rows = np.zeros(logits.shape)
        for n, labels in enumerate(targets):
            rows[n, labels] = 1
        return rows


class IndicesFromOne(CrossEntropyLoss):
    """Class indices are counted from one: class k is looked up in column k - 1, and class 0 wraps
    round to the last column without an error. It comes from data sets whose labels start at one; the
    shift belongs into the loading of the data."""

    def _as_rows(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        if targets.ndim == 2:
            return targets.astype(float)
        rows = np.zeros(logits.shape)
        rows[np.arange(len(logits)), targets.astype(int) - 1] = 1
        return rows


class ShiftsLogitsInPlace(CrossEntropyLoss):
    """The row maximum is taken off with `logits -= ...`, which changes the caller's array. The loss
    is right, but the network's own output has been altered behind its back, and whoever reads the
    logits afterwards reads other numbers."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        logits -= logits.max(axis=1, keepdims=True)
        log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        self._p = np.exp(log_p)
        return float(-(self._wanted * log_p).sum() / len(logits))


class SecondBackwardDiffers(CrossEntropyLoss):
    """The gradient is built in the remembered probabilities themselves: `d = self._p; d -= t`. There
    is no copy, so the next call of `backward` starts from a gradient instead of from probabilities
    and answers something else. `.copy()` is missing."""

    def backward(self) -> np.ndarray:
        d_logits = self._p
        d_logits -= self._wanted
        d_logits /= len(d_logits)
        return np.array(d_logits)


class KeepsFirstBatch(CrossEntropyLoss):
    """The rows of targets are made once and kept, so every later batch is compared with the first
    one's classes. A cache that is filled `if not hasattr(self, ...)` must be refilled by every
    `forward`. A test with a single batch does not notice."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        if not hasattr(self, "_wanted") or self._wanted.shape != logits.shape:
            self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._p = np.exp(log_p)
        return float(-(self._wanted * log_p).sum() / len(logits))


class GradientsAccumulate(CrossEntropyLoss):
    """Each `backward` adds its gradient to the one before. That is what an autograd framework does
    with parameters until they are zeroed, but this method answers for the last `forward` alone."""

    def backward(self) -> np.ndarray:
        d_logits = (self._p - self._wanted) / len(self._p)
        before = getattr(self, "_sum", None)
        if before is not None and before.shape == d_logits.shape:
            d_logits = d_logits + before
        self._sum = d_logits
        return np.asarray(d_logits)


class LogarithmToBaseTwo(CrossEntropyLoss):
    """The loss is in bits: `np.log2` in place of the natural logarithm. Information theory counts in
    bits, but deep-learning losses count in nats, and `p - t` is the gradient of the natural
    logarithm."""

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._p = np.exp(log_p)
        return float(-(self._wanted * log_p).sum() / len(logits) / np.log(2))
