"""The mistakes bank of dropout."""

from __future__ import annotations

import numpy as np

from reference.dropout import Dropout


class KeepProbability(Dropout):
    """`p` is taken as the probability of keeping an element.

    Several crib sheets and early papers name the keep probability `p`; PyTorch's `p` is the
    probability of zeroing. With p=0.5 nobody notices; with p=0.1 the network loses 90 % of its
    activations.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        self._keep = self._rng.random(x.shape) < self._p
        return x * self._keep / self._p

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if self._keep is None:
            return d_out
        return d_out * self._keep / self._p


class SwappedMask(Dropout):
    """The mask keeps the elements that should be zeroed, while the scale is right.

    `rng.random() < p` is true with probability `p`: it says which elements to DROP. Used as a
    factor it keeps them. At p=0.5 the two masks look alike, so the slip survives a quick trial.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        self._keep = self._rng.random(x.shape) < self._p
        return x * self._keep / (1.0 - self._p)


class NoRescaling(Dropout):
    """The survivors are not scaled by 1/(1-p).

    Without the factor the next layer sees inputs that are smaller on average in training than in
    evaluation, so a network that was trained well predicts badly. This is the first half of the
    original dropout with its second half, scaling at test time, forgotten.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        self._keep = self._rng.random(x.shape) >= self._p
        return x * self._keep

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if self._keep is None:
            return d_out
        return d_out * self._keep


class ScalesInEvaluation(Dropout):
    """The output is multiplied by 1-p in evaluation instead of divided by it in training.

    That is the original, not inverted, form of dropout, still common in course notes. Its
    expectations are consistent, but evaluation is no longer free, and this kata asks for the
    inverted form, in which evaluation is the identity.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x * (1.0 - self._p)
        self._keep = self._rng.random(x.shape) >= self._p
        return x * self._keep

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if self._keep is None:
            return d_out * (1.0 - self._p)
        return d_out * self._keep


class ScalesTwice(Dropout):
    """Survivors are scaled in training, and the output is scaled again in evaluation.

    Two recipes are mixed here: inverted dropout scales in training only, the original form in
    evaluation only. Doing both makes every prediction too small by the factor 1-p.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x * (1.0 - self._p)
        self._keep = self._rng.random(x.shape) >= self._p
        return x * self._keep / (1.0 - self._p)


class ScalesByP(Dropout):
    """The survivors are divided by p instead of by 1-p.

    What must be divided by is the probability of SURVIVING. The formula `mask / p` is copied from
    sheets in which `p` is the keep probability, while the mask was adapted to the other meaning.
    At p=0.5 both are equal.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        self._keep = self._rng.random(x.shape) >= self._p
        return x * self._keep / self._p

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if self._keep is None:
            return d_out
        return d_out * self._keep / self._p


class MaskPerColumn(Dropout):
    """One draw is made for each column, and shared by the whole batch.

    The mask has the shape of one sample (`x.shape[1:]`) and is broadcast over the batch, so that
    every sample loses the same units. The average over a batch then no longer averages over
    masks, which is what makes dropout's gradient tolerable.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        keep = self._rng.random(x.shape[1:]) >= self._p
        self._keep = np.broadcast_to(keep, x.shape)
        return x * self._keep / (1.0 - self._p)


class MaskPerSample(Dropout):
    """One draw is made for each sample, which is dropped or kept as a whole.

    `rng.random((N, 1))` broadcasts over the features: a sample is then either multiplied or
    erased. Each element needs its own draw, so the mask has the shape of `x`.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        shape = (x.shape[0],) + (1,) * (x.ndim - 1)
        self._keep = np.broadcast_to(self._rng.random(shape) >= self._p, x.shape)
        return x * self._keep / (1.0 - self._p)


class MaskPerChannel(Dropout):
    """Images lose whole channels: one draw is made for each sample and channel.

    That is `Dropout2d`, another layer. Plain dropout draws for every element of an image, also
    along height and width.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        shape = x.shape[:2] + (1,) * (x.ndim - 2)
        self._keep = np.broadcast_to(self._rng.random(shape) >= self._p, x.shape)
        return x * self._keep / (1.0 - self._p)


class EvaluationUsesOldMask(Dropout):
    """`backward` after an evaluation forward applies the mask of the last training forward.

    The evaluation branch returns early and leaves the old mask standing. Then the gradient
    belongs to a forward pass that was not the last one. One widely copied cheat sheet has exactly
    this; it fails as soon as training and evaluation alternate.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            return x
        self._keep = self._rng.random(x.shape) >= self._p
        return x * self._keep / (1.0 - self._p)


class FreshMaskInBackward(Dropout):
    """`backward` draws a mask of its own.

    The gradient has to flow through the units that were alive in forward and through no others.
    A second draw kills gradients of living units and sends gradients into dead ones; on average
    it looks right, which is why it is hard to see in a training curve.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if self._keep is None:
            return d_out
        keep = self._rng.random(d_out.shape) >= self._p
        return d_out * keep / (1.0 - self._p)


class FixedSeed(Dropout):
    """Without a generator the layer makes one with a fixed seed.

    Two layers of one shape then always drop the same units, and every run of the program repeats the
    last one. `np.random.default_rng()` without a seed takes one from the system.
    """

    def __init__(self, p: float = 0.5, rng: np.random.Generator | None = None) -> None:
        if not 0.0 <= p < 1.0:
            raise ValueError(f"p must be in [0, 1), got {p}")
        self._p = float(p)
        self._rng = np.random.default_rng(42) if rng is None else rng
        self._keep = None


class ReseedsEveryCall(Dropout):
    """The generator is seeded again on every call, so that every mask is the same.

    A seed inside `forward` makes a trial reproducible, and also removes dropout: the same units
    are off in every step, which is training a smaller network. Seed once, outside the layer. It
    is common in course notes, where `np.random.seed(seed)` stands in front of the mask.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        rng = np.random.default_rng(0)
        self._keep = rng.random(x.shape) >= self._p
        return x * self._keep / (1.0 - self._p)


class MaskDrawnOnce(Dropout):
    """The mask is drawn in the first training forward and kept for all later ones.

    `if self.mask is None: ...` is a fine pattern for caches, but a dropout mask is not a cache:
    with a fixed mask the same units stay off for ever. It also breaks on a batch of another size.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            return x
        if self._keep is None or self._keep.shape != x.shape:
            self._keep = self._rng.random(x.shape) >= self._p
        return x * self._keep / (1.0 - self._p)


class BackwardWithoutScale(Dropout):
    """`backward` applies the mask but forgets the factor 1/(1-p).

    Forward multiplied by `keep / (1 - p)`, so its derivative is `keep / (1 - p)`, scale included.
    Storing the mask already scaled makes this slip impossible.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if self._keep is None:
            return d_out
        return d_out * self._keep


class ScaleSquaredInBackward(Dropout):
    """`backward` divides twice by 1-p.

    The remembered mask already holds the scale, and the formula divides once more. Decide where
    the factor lives: in the mask or in the formula.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if self._keep is None:
            return d_out
        return d_out * self._keep / (1.0 - self._p) ** 2


class BackwardIgnoresMask(Dropout):
    """`backward` hands the gradient on unchanged, also in training.

    Dropped units did not influence the loss, so their gradient is zero; the survivors' gradient
    is scaled as they were. The identity is right in evaluation only.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        return d_out


class MaskFromOutput(Dropout):
    """`backward` rebuilds the mask from the places where the output is not zero.

    An input that is exactly 0 gives an output of 0 although it was kept, so its gradient is lost.
    Behind a ReLU about half of all activations are exactly 0, so this is no corner case.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        out = x * (self._rng.random(x.shape) >= self._p) / (1.0 - self._p)
        self._keep = out != 0
        return out


class GaussianDraws(Dropout):
    """The mask compares normal draws with p, instead of uniform ones.

    `randn` and `rand` differ by one letter. A standard normal number is above 0.5 in 31 % of all
    cases and above 0 in 50 %, so the fraction that is dropped has nothing to do with `p`.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        self._keep = self._rng.standard_normal(x.shape) >= self._p
        return x * self._keep / (1.0 - self._p)


class FixedCount(Dropout):
    """Exactly round(p * size) elements are dropped, instead of each one with probability p.

    The average is right, but the elements are no longer independent: whether one is dropped tells
    something about the others. On small layers the difference is large.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        keep = np.ones(x.size, dtype=bool)
        keep[self._rng.permutation(x.size)[: round(self._p * x.size)]] = False
        self._keep = keep.reshape(x.shape)
        return x * self._keep / (1.0 - self._p)


class ScalesByActualFraction(Dropout):
    """Survivors are divided by the fraction that survived in this draw, instead of by 1-p.

    Dividing by `keep.mean()` looks more exact, but it ties all elements together and makes the
    factor random; a small batch may even divide by zero. The scale is the constant 1/(1-p).
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        self._keep = self._rng.random(x.shape) >= self._p
        return x * self._keep / self._keep.mean()

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if self._keep is None:
            return d_out
        return d_out * self._keep / self._keep.mean()


class AlwaysDrops(Dropout):
    """The training flag is ignored: elements are dropped in evaluation too.

    Predictions become random, and two calls on the same input disagree. Course code that never
    leaves training mode has this defect without showing it.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._keep = self._rng.random(x.shape) >= self._p
        return x * self._keep / (1.0 - self._p)


class EvaluatesByDefault(Dropout):
    """`training` is False by default.

    A plain `forward(x)` then never drops anything, and the network overfits without a word. The
    signature asks for `training=True`.
    """

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        self._keep = self._rng.random(x.shape) >= self._p
        return x * self._keep / (1.0 - self._p)


class IgnoresGenerator(Dropout):
    """The generator passed in is ignored, and the masks come from another one.

    Without the caller's generator a run cannot be repeated, and a gradient check of a network
    with dropout is impossible. Global `np.random.rand` calls have the same effect.
    """

    def __init__(self, p: float = 0.5, rng: np.random.Generator | None = None) -> None:
        if not 0.0 <= p < 1.0:
            raise ValueError(f"p must be in [0, 1), got {p}")
        self._p = float(p)
        self._rng = np.random.default_rng()
        self._keep = None


class AcceptsPOfOne(Dropout):
    """p=1 is accepted.

    A probability may well be 1, but this one may not: the survivors are divided by 1-p, which is
    then 0, and 0 * 0 / 0 is NaN. The legal range is half open, [0, 1).
    """

    def __init__(self, p: float = 0.5, rng: np.random.Generator | None = None) -> None:
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"p must be in [0, 1], got {p}")
        self._p = float(p)
        self._rng = np.random.default_rng() if rng is None else rng
        self._keep = None


class AcceptsAnyP(Dropout):
    """`p` is not checked.

    p=1 divides by zero and fills the network with NaN, and p=50, meant as per cent, flips the
    sign of the scale. A wrong argument should fail in the constructor, where the caller can see it.
    """

    def __init__(self, p: float = 0.5, rng: np.random.Generator | None = None) -> None:
        self._p = float(p)
        self._rng = np.random.default_rng() if rng is None else rng
        self._keep = None


class RejectsZero(Dropout):
    """p=0 is rejected.

    Zero is a legal drop probability: the layer is then the identity, in training as well, which
    is how dropout is switched off in a configuration.
    """

    def __init__(self, p: float = 0.5, rng: np.random.Generator | None = None) -> None:
        if not 0.0 < p < 1.0:
            raise ValueError(f"p must be in (0, 1), got {p}")
        self._p = float(p)
        self._rng = np.random.default_rng() if rng is None else rng
        self._keep = None


class ChangesInput(Dropout):
    """`forward` multiplies the mask into x in place.

    `x *= mask` saves one array and destroys the caller's: the previous layer has often remembered
    that very array for its own backward pass.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        self._keep = self._rng.random(x.shape) >= self._p
        x *= self._keep
        x /= 1.0 - self._p
        return x


class ChangesGradient(Dropout):
    """`backward` multiplies the mask into d_out in place.

    The gradient belongs to the caller, who may need it for another branch of the network. `*=`
    is not a shorter way of writing `*`: it writes into the array on its left.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if self._keep is None:
            return d_out
        d_out *= self._keep
        d_out /= 1.0 - self._p
        return d_out


class AnswersFloat64(Dropout):
    """float32 input is answered with float64.

    A mask of type float64 that is multiplied into float32 data promotes the whole network to
    float64 from here on: twice the memory and half the speed. Layers without parameters keep the
    type of their input.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        self._keep = (self._rng.random(x.shape) >= self._p).astype(np.float64)
        return x * self._keep / (1.0 - self._p)


class TwoAxesOnly(Dropout):
    """Only input with two axes is accepted.

    `rng.random((n, d))` after `n, d = x.shape` fails on images. Nothing in dropout depends on the
    number of axes: use `x.shape`.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            self._keep = None
            return x
        n, d = x.shape
        self._keep = self._rng.random((n, d)) >= self._p
        return x * self._keep / (1.0 - self._p)


class SharedMask(Dropout):
    """The mask is remembered on the class instead of the instance.

    With one layer it works. With two, the last forward overwrites the mask of the first layer. `self` is
    where a layer keeps what is its own.
    """

    def __init__(self, p: float = 0.5, rng: np.random.Generator | None = None) -> None:
        if not 0.0 <= p < 1.0:
            raise ValueError(f"p must be in [0, 1), got {p}")
        self._p = float(p)
        self._rng = np.random.default_rng() if rng is None else rng

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if not training:
            type(self)._keep = None
            return x
        keep = self._rng.random(x.shape) >= self._p
        type(self)._keep = keep
        return x * keep / (1.0 - self._p)


class Float64Gradient(Dropout):
    """The gradient of a float32 layer is float64.

    `np.zeros(shape)` makes float64 unless told otherwise. The gradient of a float32 input is float32.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        d_x = np.zeros(d_out.shape)
        d_x += d_out if self._keep is None else d_out * self._keep / (1.0 - self._p)
        return d_x


class NoGradientInEvaluation(Dropout):
    """After an evaluation forward, `backward` returns zeros.

    Evaluation needs no gradient as a rule, but the layer is the identity then, and that is its gradient:
    saliency maps and gradient checks ask for it.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if self._keep is None:
            return np.zeros_like(d_out)
        return d_out * self._keep / (1.0 - self._p)


class ForgetsAfterBackward(Dropout):
    """`backward` drops the mask once it has used it.

    Whoever asks twice for a gradient gets another answer the second time. What forward remembers stays
    until the next forward.
    """

    def backward(self, d_out: np.ndarray) -> np.ndarray:
        if self._keep is None:
            return d_out
        keep, self._keep = self._keep, None
        return d_out * keep / (1.0 - self._p)
