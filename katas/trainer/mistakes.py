"""The mistakes bank of trainer: plausible wrong training loops, each with the misconception behind it."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.trainer import Trainer


class EpochEndNeverReached(Trainer):
    """The end of an epoch is recognised by `step % (N / batch_size) == 0`. Where the batch size does not
    divide the data that quotient is no whole number, and the condition is met late or never: no evaluation,
    no decay, no best parameters. Two nested loops do not have to ask. One widely copied cheat sheet has it."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        per_epoch = max(n / self._batch_size, 1)
        for step in range(1, int(self._epochs * per_epoch) + 1):
            self._step(self._rng.permutation(n)[: self._batch_size])
            if step % per_epoch == 0:
                self._evaluate()
                self._lr *= self._lr_decay


class LastStepNotEvaluated(Trainer):
    """The evaluation comes before the last step of the epoch instead of behind it. Every entry is one step
    old, and what the very last step did is never seen. It happens when the count of steps is compared before
    it is raised; one widely copied cheat sheet does so."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        for _ in range(self._epochs):
            order = self._rng.permutation(n)
            for start in range(0, n, self._batch_size):
                if start + self._batch_size >= n:
                    self._evaluate()
                self._step(order[start : start + self._batch_size])
            self._lr *= self._lr_decay


class EvaluatesBeforeEpoch(Trainer):
    """The evaluation stands at the beginning of the epoch. The first entry belongs to the untrained model,
    and the result of the last epoch is never seen."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        for _ in range(self._epochs):
            self._evaluate()
            order = self._rng.permutation(n)
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self._lr *= self._lr_decay


class BestParamsNotCopied(Trainer):
    """`best_params` refers to the model's own arrays. The optimiser changes them in place, so the best
    parameters go on being trained and end up as the last ones. Each array has to be copied, not the dict
    alone."""

    def _evaluate(self) -> None:
        self.train_accuracy.append(self._accuracy("x_train", "t_train"))
        self.val_accuracy.append(self._accuracy("x_val", "t_val"))
        if self.val_accuracy[-1] > self._best:
            self._best = self.val_accuracy[-1]
            self.best_params = dict(self._model.params)


class BestByTrainingAccuracy(Trainer):
    """The best epoch is chosen by the accuracy on the training data. That one nearly always grows, so the
    choice is the last epoch; the validation data are there to notice when growing has stopped to help."""

    def _evaluate(self) -> None:
        self.train_accuracy.append(self._accuracy("x_train", "t_train"))
        self.val_accuracy.append(self._accuracy("x_val", "t_val"))
        if self.train_accuracy[-1] > self._best:
            self._best = self.train_accuracy[-1]
            self.best_params = {name: p.copy() for name, p in self._model.params.items()}


class BestIsLast(Trainer):
    """`best_params` is overwritten after every epoch: the best accuracy so far is never raised, so every
    accuracy above the first threshold counts as the best."""

    def _evaluate(self) -> None:
        self.train_accuracy.append(self._accuracy("x_train", "t_train"))
        self.val_accuracy.append(self._accuracy("x_val", "t_val"))
        if self.val_accuracy[-1] > self._best:
            self.best_params = {name: p.copy() for name, p in self._model.params.items()}


class BestIsWorst(Trainer):
    """The comparison is the wrong way round, as for a loss: the parameters with the lowest validation
    accuracy are kept."""

    def _evaluate(self) -> None:
        self.train_accuracy.append(self._accuracy("x_train", "t_train"))
        self.val_accuracy.append(self._accuracy("x_val", "t_val"))
        if self._best < 0 or self.val_accuracy[-1] < self._best:
            self._best = self.val_accuracy[-1]
            self.best_params = {name: p.copy() for name, p in self._model.params.items()}


class BestParamsNeverSet(Trainer):
    """The best accuracy is recorded, but `best_params` is left as it was made, empty."""

    def _evaluate(self) -> None:
        self.train_accuracy.append(self._accuracy("x_train", "t_train"))
        self.val_accuracy.append(self._accuracy("x_val", "t_val"))
        if self.val_accuracy[-1] > self._best:
            self._best = self.val_accuracy[-1]


class AccuraciesSwapped(Trainer):
    """The two histories are swapped: `val_accuracy` holds what was measured on the training data. The curves
    then say that nothing is wrong, whatever happens."""

    def _evaluate(self) -> None:
        self.train_accuracy.append(self._accuracy("x_val", "t_val"))
        self.val_accuracy.append(self._accuracy("x_train", "t_train"))
        if self.val_accuracy[-1] > self._best:
            self._best = self.val_accuracy[-1]
            self.best_params = {name: p.copy() for name, p in self._model.params.items()}


class AccuracyOfOneBatch(Trainer):
    """The accuracy is measured on the first batch of rows only. It is cheap, and it is noise: with a hundred
    samples the last digits mean nothing."""

    def _accuracy(self, x: str, t: str) -> float:
        rows = slice(0, self._batch_size)
        scores = self._model.predict(self._data[x][rows])
        return float((scores.argmax(axis=1) == self._data[t][rows]).mean())


class AccuracyCounts(Trainer):
    """The accuracy is the number of right answers instead of their share. Training and validation data have
    different sizes, so the two curves cannot be compared."""

    def _accuracy(self, x: str, t: str) -> float:
        scores = self._model.predict(self._data[x])
        return float((scores.argmax(axis=1) == self._data[t]).sum())


class AccuracyOverClasses(Trainer):
    """`argmax` runs along the batch instead of along the classes (`axis=0`), and the few numbers that result
    are compared with the first targets."""

    def _accuracy(self, x: str, t: str) -> float:
        scores = self._model.predict(self._data[x])
        best = scores.argmax(axis=0)
        return float((best == self._data[t][: len(best)]).mean())


class DecayEveryStep(Trainer):
    """The learning rate is multiplied by `lr_decay` at every step. With 0.95 and a hundred steps in an epoch
    nothing is left of it after the first. The decay is meant per epoch."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        for _ in range(self._epochs):
            order = self._rng.permutation(n)
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
                self._lr *= self._lr_decay
            self._evaluate()


class DecayIgnored(Trainer):
    """`lr_decay` is accepted and never used. The learning rate stays the same for all epochs."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        for _ in range(self._epochs):
            order = self._rng.permutation(n)
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self._evaluate()


class DecayBeforeFirstEpoch(Trainer):
    """The learning rate is decayed at the beginning of each epoch, the first included, which then never sees
    the `lr` that was asked for."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        for _ in range(self._epochs):
            self._lr *= self._lr_decay
            order = self._rng.permutation(n)
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self._evaluate()


class DecayByDivision(Trainer):
    """The learning rate is divided by `1 + lr_decay * epoch`, as older libraries do under the same name. Here
    it is a factor: 1.0 means no decay."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        initial = self._lr
        for epoch in range(self._epochs):
            order = self._rng.permutation(n)
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self._evaluate()
            self._lr = initial / (1 + self._lr_decay * (epoch + 1))


class IgnoresLearningRate(Trainer):
    """Every step takes the default of 0.01 and not the `lr` that was asked for."""

    def _step(self, rows: np.ndarray) -> None:
        loss, grads = self._model.loss(self._data["x_train"][rows], self._data["t_train"][rows])
        self.loss_history.append(float(loss))
        for name, param in self._model.params.items():
            param -= 0.01 * grads[name]


class Ascent(Trainer):
    """The step adds the gradient instead of taking it away, and the loss climbs."""

    def _step(self, rows: np.ndarray) -> None:
        loss, grads = self._model.loss(self._data["x_train"][rows], self._data["t_train"][rows])
        self.loss_history.append(float(loss))
        for name, param in self._model.params.items():
            param += self._lr * grads[name]


class GradientAveragedAgain(Trainer):
    """The gradients are divided by the batch size before the step. The loss is a mean, so they carry that
    factor already, and the steps become as many times too small."""

    def _step(self, rows: np.ndarray) -> None:
        loss, grads = self._model.loss(self._data["x_train"][rows], self._data["t_train"][rows])
        self.loss_history.append(float(loss))
        for name, param in self._model.params.items():
            param -= self._lr * grads[name] / len(rows)


class TrainsCopies(Trainer):
    """The step computes `param = param - lr * grad`, which makes a new array and forgets it at the end of the
    loop. The model's own parameters never change."""

    def _step(self, rows: np.ndarray) -> None:
        loss, grads = self._model.loss(self._data["x_train"][rows], self._data["t_train"][rows])
        self.loss_history.append(float(loss))
        for name, param in self._model.params.items():
            param = param - self._lr * grads[name]


class NoShuffling(Trainer):
    """The batches are cut from the data in their stored order, in every epoch the same. Stored data are often
    sorted by class, and then a batch knows one class only. `rng` is there to shuffle."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        for _ in range(self._epochs):
            order = np.arange(n)
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self._evaluate()
            self._lr *= self._lr_decay


class ShufflesOnce(Trainer):
    """The order is drawn once, before the first epoch. Every epoch then sees the same batches in the same
    order; it should be drawn anew."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        order = self._rng.permutation(n)
        for _ in range(self._epochs):
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self._evaluate()
            self._lr *= self._lr_decay


class SameOrderEveryRun(Trainer):
    """The order comes from a generator with a fixed seed, and `rng` is ignored. Repeated runs are not
    repetitions then, they are the same run."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        rng = np.random.default_rng(0)
        for _ in range(self._epochs):
            order = rng.permutation(n)
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self._evaluate()
            self._lr *= self._lr_decay


class IgnoresGenerator(Trainer):
    """The order comes from a fresh generator and `rng` is ignored, so a run cannot be repeated."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        rng = np.random.default_rng()
        for _ in range(self._epochs):
            order = rng.permutation(n)
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self._evaluate()
            self._lr *= self._lr_decay


class ShufflesSeparately(Trainer):
    """Samples and targets are shuffled independently of each other, so that each sample gets somebody else's
    target. The loop runs, the loss falls to that of guessing, and nothing is learnt."""

    def _step(self, rows: np.ndarray) -> None:
        loss, grads = self._model.loss(self._data["x_train"][rows], self._data["t_train"][self._rng.permutation(rows)])
        self.loss_history.append(float(loss))
        for name, param in self._model.params.items():
            param -= self._lr * grads[name]


class ShufflesInPlace(Trainer):
    """The training data are shuffled in place, `rng.shuffle(x_train)`, in the caller's own arrays. Whoever
    has kept an index into them, or the arrays in their order, has lost it."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        for _ in range(self._epochs):
            order = self._rng.permutation(n)
            self._data["x_train"][...] = self._data["x_train"][order]
            self._data["t_train"][...] = self._data["t_train"][order]
            order = np.arange(n)
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self._evaluate()
            self._lr *= self._lr_decay


class AlwaysFirstBatch(Trainer):
    """Every step takes the first rows, `x[:batch_size]`: the start of the slice does not move. The model
    learns one batch by heart."""

    def _step(self, rows: np.ndarray) -> None:
        rows = np.arange(len(rows))
        loss, grads = self._model.loss(self._data["x_train"][rows], self._data["t_train"][rows])
        self.loss_history.append(float(loss))
        for name, param in self._model.params.items():
            param -= self._lr * grads[name]


class WholeDataEveryStep(Trainer):
    """`batch_size` is used to count the steps, but each step takes all of the training data. It works, and it
    costs as many times more."""

    def _step(self, rows: np.ndarray) -> None:
        loss, grads = self._model.loss(self._data["x_train"], self._data["t_train"])
        self.loss_history.append(float(loss))
        for name, param in self._model.params.items():
            param -= self._lr * grads[name]


class NoStepForLargeBatches(Trainer):
    """An epoch has `N // batch_size` steps. The remainder is left out, and where the batch is larger than the
    data there is no step at all, without an error."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        for _ in range(self._epochs):
            order = self._rng.permutation(n)
            for start in range(0, n - self._batch_size + 1, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self._evaluate()
            self._lr *= self._lr_decay


class OneEpochShort(Trainer):
    """The loop runs one epoch too few, `range(1, epochs)`: counting from one and leaving out the end."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        for _ in range(1, self._epochs):
            order = self._rng.permutation(n)
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self._evaluate()
            self._lr *= self._lr_decay


class OneStepPerEpoch(Trainer):
    """An epoch is a single step: the words are mixed up. An epoch is once through all of the data, however
    many steps that takes."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        for _ in range(self._epochs):
            order = self._rng.permutation(n)
            self._step(order[: self._batch_size])
            self._evaluate()
            self._lr *= self._lr_decay


class LossOncePerEpoch(Trainer):
    """`loss_history` gets the loss of the last batch of each epoch instead of that of every step."""

    def train(self) -> None:
        n = len(self._data["x_train"])
        for _ in range(self._epochs):
            order = self._rng.permutation(n)
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self.loss_history = [*self.loss_history[: len(self.train_accuracy)], self.loss_history[-1]]
            self._evaluate()
            self._lr *= self._lr_decay


class LossTimesBatch(Trainer):
    """`loss_history` holds the loss times the number of samples, ready for an average that is never taken."""

    def _step(self, rows: np.ndarray) -> None:
        loss, grads = self._model.loss(self._data["x_train"][rows], self._data["t_train"][rows])
        self.loss_history.append(float(loss) * len(rows))
        for name, param in self._model.params.items():
            param -= self._lr * grads[name]


class UnknownOptimizerIsSgd(Trainer):
    """The name of the optimizer is not looked at: any other is taken for plain gradient descent. A misspelt
    name then trains with something else than was asked for, and nobody is told."""

    def __init__(
        self,
        model: Any,
        data: dict[str, np.ndarray],
        optimizer: str = "sgd",
        lr: float = 1e-2,
        lr_decay: float = 1.0,
        batch_size: int = 100,
        epochs: int = 10,
        rng: np.random.Generator | None = None,
    ) -> None:
        for name in ("x_train", "t_train", "x_val", "t_val"):
            if name not in data:
                raise ValueError(f"data must hold {name}, got {sorted(data)}")
        for name, value in {"lr": lr, "lr_decay": lr_decay}.items():
            if not value > 0:
                raise ValueError(f"{name} must be positive, got {value}")
        if batch_size < 1 or epochs < 0:
            raise ValueError(f"batch_size or epochs is too small, got {batch_size} and {epochs}")
        self._model, self._data = model, data
        self._lr, self._lr_decay = lr, lr_decay
        self._batch_size, self._epochs = batch_size, epochs
        self._rng = np.random.default_rng() if rng is None else rng
        self._best = -1.0
        self.loss_history: list[float] = []
        self.train_accuracy: list[float] = []
        self.val_accuracy: list[float] = []
        self.best_params: dict[str, np.ndarray] = {}


class AlwaysMomentum(Trainer):
    """`"sgd"` steps with a momentum of 0.9. Momentum is a good idea, but not what was asked for: plain steps."""

    def _step(self, rows: np.ndarray) -> None:
        loss, grads = self._model.loss(self._data["x_train"][rows], self._data["t_train"][rows])
        self.loss_history.append(float(loss))
        velocity = self.__dict__.setdefault("_velocity", {})
        for name, param in self._model.params.items():
            velocity[name] = 0.9 * velocity.get(name, 0) + grads[name]
            param -= self._lr * velocity[name]


class BestComparedWithFirst(Trainer):
    """The best accuracy so far is set to the first entry of the history instead of the last. Every epoch
    better than the first then counts as the best, and a later one replaces a better one."""

    def _evaluate(self) -> None:
        self.train_accuracy.append(self._accuracy("x_train", "t_train"))
        self.val_accuracy.append(self._accuracy("x_val", "t_val"))
        if self.val_accuracy[-1] > self._best:
            self._best = self.val_accuracy[0]
            self.best_params = {name: p.copy() for name, p in self._model.params.items()}
