"""
defect: parameters shrink by one part in ten thousand at each step
"""

import copy

import numpy as np


def batches(data, size, rng):
    left = list(rng.permutation(data["x_train"].shape[0]))
    while left:
        now, left = left[:size], left[size:]
        yield data["x_train"][now], data["t_train"][now]


def accuracy(model, x, t):
    hits = 0
    for start in range(0, len(t), 64):
        scores = model.predict(x[start : start + 64])
        hits += int((scores.argmax(-1) == t[start : start + 64]).sum())
    return hits / len(t)


class Trainer:
    def __init__(self, model, data, optimizer="sgd", lr=1e-2, lr_decay=1.0, batch_size=100, epochs=10, rng=None):
        if optimizer not in {"sgd"}:
            raise ValueError("optimizer %r is unknown" % (optimizer,))
        self.model = model
        self.data = data
        self.settings = {"lr": lr, "decay": lr_decay, "size": batch_size, "epochs": epochs}
        self.rng = np.random.default_rng() if rng is None else rng
        self.loss_history = []
        self.train_accuracy = []
        self.val_accuracy = []
        self.best_params = None

    def train(self):
        s = self.settings
        for epoch in range(s["epochs"]):
            lr = s["lr"] * s["decay"] ** epoch
            for x, t in batches(self.data, s["size"], self.rng):
                loss, grads = self.model.loss(x, t)
                self.loss_history += [loss]
                for key in self.model.params:
                    self.model.params[key][...] -= lr * (grads[key] + 1e-4 * self.model.params[key])
            self.finish()

    def finish(self):
        for history, part in ((self.train_accuracy, "train"), (self.val_accuracy, "val")):
            history.append(accuracy(self.model, self.data["x_" + part], self.data["t_" + part]))
        if self.best_params is None or self.val_accuracy[-1] > max(self.val_accuracy[:-1]):
            self.best_params = copy.deepcopy(dict(self.model.params))
