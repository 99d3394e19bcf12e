"""From the contract alone: batches are drawn with replacement, and the untrained model is evaluated first."""

import numpy as np


class Trainer:
    def __init__(
        self,
        model,
        data,
        optimizer="sgd",
        lr=1e-2,
        lr_decay=1.0,
        batch_size=100,
        epochs=10,
        rng=None,
    ):
        if optimizer != "sgd":
            raise ValueError(f"optimizer {optimizer!r} is not known")
        self.model, self.data, self.rng = model, data, rng or np.random.default_rng()
        self.lr, self.lr_decay = lr, lr_decay
        self.batch_size, self.epochs = batch_size, epochs
        self.loss_history = []
        self.train_accuracy = []
        self.val_accuracy = []
        self.best_params = {k: np.array(v) for k, v in model.params.items()}
        self.best = -1

    def evaluate(self):
        d = self.data
        right = self.model.predict(d["X_train"]).argmax(1) == d["y_train"]
        right_val = self.model.predict(d["X_val"]).argmax(1) == d["y_val"]
        self.train_accuracy.append(right.sum() / right.size)
        self.val_accuracy.append(right_val.sum() / right_val.size)
        if self.val_accuracy[-1] >= self.best:
            self.best = self.val_accuracy[-1]
            self.best_params = {k: np.array(v) for k, v in self.model.params.items()}

    def train(self):
        n = len(self.data["X_train"])
        steps = max(n // self.batch_size, 1)
        self.evaluate()
        for epoch in range(self.epochs):
            for _ in range(steps):
                pick = self.rng.choice(n, self.batch_size)
                loss, grads = self.model.loss(self.data["X_train"][pick], self.data["y_train"][pick])
                self.loss_history.append(loss)
                for k in grads:
                    self.model.params[k][...] -= self.lr * self.lr_decay**epoch * grads[k]
            self.evaluate()
