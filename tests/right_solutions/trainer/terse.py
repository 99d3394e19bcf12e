import numpy as np


class Trainer:
    def __init__(self, model, data, optimizer="sgd", lr=1e-2, lr_decay=1.0, batch_size=100, epochs=10, rng=None):
        if optimizer != "sgd":
            raise ValueError(f"optimizer={optimizer!r}")
        self.m, self.d, self.o = model, data, (lr, lr_decay, batch_size, epochs)
        self.rng = rng or np.random.default_rng()
        self.loss_history, self.train_accuracy, self.val_accuracy, self.best_params = [], [], [], {}

    def train(self):
        (lr, decay, size, epochs), d, m = self.o, self.d, self.m
        for e in range(epochs):
            i = self.rng.permutation(len(d["t_train"]))
            for b in np.split(i, range(size, len(i), size)):
                loss, g = m.loss(d["x_train"][b], d["t_train"][b])
                self.loss_history += [loss]
                for k in m.params:
                    m.params[k] -= lr * decay**e * g[k]
            self.train_accuracy += [(m.predict(d["x_train"]).argmax(1) == d["t_train"]).mean()]
            self.val_accuracy += [(m.predict(d["x_val"]).argmax(1) == d["t_val"]).mean()]
            if np.argmax(self.val_accuracy) == e:
                self.best_params = {k: v.copy() for k, v in m.params.items()}
