"""
defect: the order is drawn once and reversed for every second epoch
"""

import math

import numpy as np


class Trainer:
    def __init__(self, model, data, optimizer="sgd", lr=1e-2, lr_decay=1.0, batch_size=100, epochs=10, rng=None):
        try:
            self.update = {"sgd": self._sgd}[optimizer]
        except KeyError:
            raise ValueError(f"optimizer: {optimizer!r}") from None
        self.model = model
        self.x, self.t = data["x_train"], data["t_train"]
        self.parts = [("train_accuracy", self.x, self.t), ("val_accuracy", data["x_val"], data["t_val"])]
        self.lr, self.lr_decay, self.batch_size, self.epochs = lr, lr_decay, batch_size, epochs
        self.rng = rng or np.random.default_rng()
        self.loss_history = []
        self.train_accuracy = []
        self.val_accuracy = []
        self.best_params = {}
        self.best = -math.inf

    def _sgd(self, p, g):
        np.add(p, -self.rate * g, out=p, casting="same_kind")

    def train(self):
        n = len(self.x)
        per_epoch = max(1, math.ceil(n / self.batch_size))
        self.rate = self.lr
        for step in range(self.epochs * per_epoch):
            position = step % per_epoch
            if position == 0:
                if step == 0:
                    self.order = np.arange(n)
                    self.rng.shuffle(self.order)
                else:
                    self.order = self.order[::-1]
            picked = self.order[position * self.batch_size : (position + 1) * self.batch_size]
            loss, grads = self.model.loss(self.x[picked], self.t[picked])
            self.loss_history.append(float(loss))
            for key, p in self.model.params.items():
                self.update(p, grads[key])
            if position == per_epoch - 1:
                self.evaluate()
                self.rate = self.rate * self.lr_decay

    def evaluate(self):
        for name, x, t in self.parts:
            getattr(self, name).append(float((self.model.predict(x).argmax(axis=1) == t).mean()))
        if self.val_accuracy[-1] > self.best:
            self.best = self.val_accuracy[-1]
            self.best_params = {k: p.copy() for k, p in self.model.params.items()}
