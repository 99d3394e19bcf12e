"""
defect: the accuracies of an epoch are measured before it
"""

import numpy as np


class Trainer:
    def __init__(self, model, data, optimizer="sgd", lr=1e-2, lr_decay=1.0, batch_size=100, epochs=10, rng=None):
        if optimizer != "sgd":
            raise ValueError(f"optimizer must be 'sgd', got {optimizer!r}")
        self.model, self.data = model, data
        self.lr, self.lr_decay = lr, lr_decay
        self.batch_size, self.epochs = batch_size, epochs
        self.rng = rng if rng is not None else np.random.default_rng()
        self.loss_history, self.train_accuracy, self.val_accuracy = [], [], []
        self.best_params = {}

    def train(self):
        rows = len(self.data["t_train"])
        rate, best = self.lr, -1.0
        for _ in range(self.epochs):
            self.train_accuracy.append(self.share("train"))
            self.val_accuracy.append(self.share("val"))
            order = self.rng.permutation(rows)
            for chunk in np.split(order, range(self.batch_size, rows, self.batch_size)):
                self.move(chunk, rate)
            if self.val_accuracy[-1] > best:
                best = self.val_accuracy[-1]
                self.best_params = {name: np.array(p) for name, p in self.model.params.items()}
            rate *= self.lr_decay

    def move(self, chunk, rate):
        value, grads = self.model.loss(self.data["x_train"][chunk], self.data["t_train"][chunk])
        self.loss_history.append(value)
        for name, g in grads.items():
            p = self.model.params[name]
            p -= rate * g

    def share(self, part):
        guesses = np.argmax(self.model.predict(self.data["x_" + part]), axis=1)
        return float(np.mean(guesses == self.data["t_" + part]))
