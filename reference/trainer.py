"""The training loop: shuffled batches, steps of an optimiser, an evaluation after every epoch."""

from __future__ import annotations

from typing import Any

import numpy as np


class Trainer:
    """Trains a model on one part of the data and watches it on another.

    An epoch goes once through the training data, in a new random order, in batches of
    ``batch_size``; where that does not divide the data, the last batch is smaller. After the
    last step of every epoch the model is evaluated, and then the learning rate is multiplied
    by ``lr_decay``.

    Attributes:
        loss_history: the loss of every step, in order.
        train_accuracy: the share of correct answers on the training data, one entry per epoch.
        val_accuracy: the same on the validation data.
        best_params: a dict with copies of the model's parameters, as they were after the epoch
            with the highest validation accuracy (the first of them).
    """

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
        """Keep the model and the data; nothing is trained yet.

        Args:
            model: an object with ``params`` (a dict of arrays), ``loss(x, t)``, which returns
                the loss and a dict of gradients, and ``predict(x)``, which returns scores
                ``(N, C)``. Its parameters are changed in place.
            data: a dict with the arrays ``x_train``, ``t_train``, ``x_val``, ``t_val``; the
                targets are class indices. None of them is changed.
            optimizer: ``"sgd"``: each step does ``param -= lr * gradient``.
            lr: learning rate of the first epoch.
            lr_decay: factor of the learning rate from one epoch to the next.
            batch_size: samples in a step; may be larger than the data.
            epochs: how often to go through the data.
            rng: draws the order of the samples; None means ``np.random.default_rng()``.

        Raises:
            ValueError: the optimizer is unknown.
        """
        if optimizer != "sgd":
            raise ValueError(f"optimizer must be 'sgd', got {optimizer!r}")
        self._model, self._data = model, data
        self._lr, self._lr_decay = lr, lr_decay
        self._batch_size, self._epochs = batch_size, epochs
        self._rng = np.random.default_rng() if rng is None else rng
        self._best = -1.0
        self.loss_history: list[float] = []
        self.train_accuracy: list[float] = []
        self.val_accuracy: list[float] = []
        self.best_params: dict[str, np.ndarray] = {}

    def train(self) -> None:
        """Run all epochs, and fill the histories and ``best_params``."""
        n = len(self._data["x_train"])
        for _ in range(self._epochs):
            order = self._rng.permutation(n)
            for start in range(0, n, self._batch_size):
                self._step(order[start : start + self._batch_size])
            self._evaluate()
            self._lr *= self._lr_decay

    def _step(self, rows: np.ndarray) -> None:
        loss, grads = self._model.loss(self._data["x_train"][rows], self._data["t_train"][rows])
        self.loss_history.append(float(loss))
        for name, param in self._model.params.items():
            # p -= lr * g
            param -= self._lr * grads[name]

    def _evaluate(self) -> None:
        self.train_accuracy.append(self._accuracy("x_train", "t_train"))
        self.val_accuracy.append(self._accuracy("x_val", "t_val"))
        if self.val_accuracy[-1] > self._best:
            self._best = self.val_accuracy[-1]
            self.best_params = {name: p.copy() for name, p in self._model.params.items()}

    def _accuracy(self, x: str, t: str) -> float:
        scores = self._model.predict(self._data[x])
        return float((scores.argmax(axis=1) == self._data[t]).mean())
