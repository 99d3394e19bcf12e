"""From the contract alone: rows are popped from a shuffled stack until it is empty."""

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
        right = self.model.predict(d["x_train"]).argmax(1) == d["t_train"]
        right_val = self.model.predict(d["x_val"]).argmax(1) == d["t_val"]
        self.train_accuracy.append(right.sum() / right.size)
        self.val_accuracy.append(right_val.sum() / right_val.size)
        if self.best < self.val_accuracy[-1]:
            self.best = self.val_accuracy[-1]
            self.best_params = {k: np.array(v) for k, v in self.model.params.items()}

    def train(self):
        for epoch in range(self.epochs):
            stack = list(range(len(self.data["x_train"])))
            self.rng.shuffle(stack)
            while stack:
                pick = [stack.pop() for _ in range(min(self.batch_size, len(stack)))]
                loss, grads = self.model.loss(self.data["x_train"][pick], self.data["t_train"][pick])
                self.loss_history.append(loss)
                for k in grads:
                    self.model.params[k][...] -= self.lr * self.lr_decay**epoch * grads[k]
            self.evaluate()
