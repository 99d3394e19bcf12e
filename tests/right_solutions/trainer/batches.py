"""A generator of batches over shuffled copies of the data, and a small optimiser object."""

import copy

import numpy as np


class Sgd:
    def __init__(self, model, lr):
        self.model, self.lr = model, lr

    def step(self, grads):
        for key in grads:
            self.model.params[key][...] -= self.lr * grads[key]


OPTIMIZERS = {"sgd": Sgd}


def batches(x, t, size, rng):
    order = np.arange(len(x))
    rng.shuffle(order)
    x, t = x[order], t[order]
    while len(x):
        yield x[:size], t[:size]
        x, t = x[size:], t[size:]


class Trainer:
    def __init__(self, model, data, optimizer="sgd", lr=1e-2, lr_decay=1.0, batch_size=100,
                 epochs=10, rng=None):  # fmt: skip
        try:
            self.optimizer = OPTIMIZERS[optimizer](model, lr)
        except KeyError:
            raise ValueError(f"unknown optimizer: {optimizer}") from None
        self.model, self.data = model, data
        self.lr_decay, self.batch_size, self.epochs = lr_decay, batch_size, epochs
        self.rng = np.random.default_rng() if rng is None else rng
        self.loss_history, self.train_accuracy, self.val_accuracy = [], [], []
        self.best_params = None

    def accuracy(self, part):
        scores = np.asarray(self.model.predict(self.data["x_" + part]))
        return float(np.mean(np.argmax(scores, axis=-1) == self.data["t_" + part]))

    def train(self):
        for _ in range(self.epochs):
            for x, t in batches(self.data["x_train"], self.data["t_train"], self.batch_size, self.rng):
                loss, grads = self.model.loss(x, t)
                self.optimizer.step(grads)
                self.loss_history.append(loss)
            self.optimizer.lr *= self.lr_decay
            self.train_accuracy.append(self.accuracy("train"))
            self.val_accuracy.append(self.accuracy("val"))
            if self.best_params is None or self.val_accuracy[-1] > max(self.val_accuracy[:-1]):
                self.best_params = copy.deepcopy(self.model.params)
