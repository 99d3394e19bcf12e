"""One loop over steps with a whole number of them in an epoch; an update rule looked up by its name."""

import numpy as np


def sgd(w, dw, config):
    np.subtract(w, config["lr"] * dw, out=w)


class Trainer:
    rules = {"sgd": sgd}

    def __init__(self, model, data, optimizer="sgd", lr=1e-2, lr_decay=1.0, batch_size=100, epochs=10, rng=None):
        if optimizer not in Trainer.rules:
            raise ValueError('Invalid optimizer "%s"' % optimizer)  # noqa: UP031
        self.model = model
        self.x, self.t = data["x_train"], data["t_train"]
        self.x_val, self.t_val = data["x_val"], data["t_val"]
        self.rule = Trainer.rules[optimizer]
        self.config = {"lr": lr}
        self.lr_decay, self.batch_size, self.epochs = lr_decay, batch_size, epochs
        self.rng = rng if rng is not None else np.random.default_rng()
        self.best_val = -np.inf
        self.best_params = {}
        self.loss_history, self.train_accuracy, self.val_accuracy = [], [], []

    def step(self, rows):
        loss, grads = self.model.loss(self.x[rows], self.t[rows])
        self.loss_history.append(loss)
        for p in self.model.params:
            self.rule(self.model.params[p], grads[p], self.config)

    def check_accuracy(self, x, t, chunk=7):
        right = 0
        for i in range(0, len(x), chunk):
            right += np.sum(np.argmax(self.model.predict(x[i : i + chunk]), axis=1) == t[i : i + chunk])
        return right / len(x)

    def train(self):
        n = self.x.shape[0]
        per_epoch = -(-n // self.batch_size)
        for step in range(self.epochs * per_epoch):
            if step % per_epoch == 0:
                order = self.rng.permutation(n)
            k = step % per_epoch
            self.step(order[k * self.batch_size : (k + 1) * self.batch_size])
            if (step + 1) % per_epoch == 0:
                self.config["lr"] *= self.lr_decay
                self.train_accuracy.append(self.check_accuracy(self.x, self.t))
                self.val_accuracy.append(self.check_accuracy(self.x_val, self.t_val))
                if self.val_accuracy[-1] > self.best_val:
                    self.best_val = self.val_accuracy[-1]
                    self.best_params = {}
                    for name, value in self.model.params.items():
                        self.best_params[name] = value.copy()
