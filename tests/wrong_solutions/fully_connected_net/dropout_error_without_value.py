"""
defect: the ValueError for a bad dropout has no message
"""

import numpy as np


def softmax_loss(scores, t):
    top = scores.max(axis=1)
    norm = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    onehot = np.eye(scores.shape[1])[t.astype(int)]
    value = np.mean(norm - np.einsum("nc,nc->n", onehot, scores))
    return value, (np.exp(scores - norm[:, None]) - onehot) / len(scores)


class Hidden:
    def __init__(self, net, number):
        self.net, self.number = net, number
        self.mean, self.var = 0.0, 1.0

    def get(self, letter):
        return self.net.params["%s%d" % (letter, self.number)]

    def evaluate(self, x):
        a = np.dot(x, self.get("W")) + self.get("b")
        if self.net.batchnorm:
            a = (a - self.mean) / np.sqrt(self.var + 1e-5) * self.get("gamma") + self.get("beta")
        return np.maximum(a, 0)

    def train(self, x):
        net = self.net
        self.x = x
        a = np.dot(x, self.get("W")) + self.get("b")
        if net.batchnorm:
            batch_mean, batch_var = np.mean(a, axis=0), np.var(a, axis=0)
            n = a.shape[0]
            self.mean = self.mean * 0.9 + 0.1 * batch_mean
            self.var = self.var * 0.9 + 0.1 * batch_var * (n / (n - 1) if n > 1 else 1.0)
            self.std = np.sqrt(batch_var + 1e-5)
            self.z = (a - batch_mean) / self.std
            a = self.get("gamma") * self.z + self.get("beta")
        self.pass_through = np.where(a > 0, 1.0, 0.0)
        if net.dropout:
            kept = net.rng.binomial(1, 1 - net.dropout, size=a.shape)
            self.pass_through = self.pass_through * kept / (1 - net.dropout)
        return a * self.pass_through

    def back(self, g):
        out = {}
        g = g * self.pass_through
        if self.net.batchnorm:
            out["gamma"] = np.einsum("nm,nm->m", g, self.z)
            out["beta"] = np.einsum("nm->m", g)
            h = g * self.get("gamma")
            g = (h - h.mean(axis=0) - self.z * (h * self.z).mean(axis=0)) / self.std
        out["W"] = np.dot(self.x.T, g) + self.net.reg * self.get("W")
        out["b"] = np.sum(g, axis=0)
        return np.dot(g, self.get("W").T), {"%s%d" % (k, self.number): v for k, v in out.items()}


class FullyConnectedNet:
    def __init__(self, input_size, hidden_sizes, output_size, dropout=0.0, batchnorm=False, reg=0.0, weight_scale=1e-2, rng=None):
        hidden_sizes = list(hidden_sizes)
        for name, values in (("input_size", [input_size]), ("hidden_sizes", hidden_sizes), ("output_size", [output_size])):
            if any(v < 1 for v in values):
                raise ValueError("%s has a value below 1: %r" % (name, values))
        if dropout < 0 or dropout >= 1:
            raise ValueError
        if reg < 0 or weight_scale < 0:
            raise ValueError("reg = %r, weight_scale = %r" % (reg, weight_scale))
        self.dropout, self.batchnorm, self.reg = dropout, batchnorm, reg
        self.rng = rng or np.random.default_rng()
        self.params = {}
        widths = [input_size] + hidden_sizes + [output_size]
        for k in range(len(widths) - 1):
            self.params["W%d" % (k + 1)] = weight_scale * self.rng.standard_normal((widths[k], widths[k + 1]))
            self.params["b%d" % (k + 1)] = np.zeros(widths[k + 1])
        if batchnorm:
            for k, width in enumerate(hidden_sizes, 1):
                self.params["gamma%d" % k] = np.ones(width)
                self.params["beta%d" % k] = np.zeros(width)
        self.hidden = [Hidden(self, k + 1) for k in range(len(hidden_sizes))]
        self.last = len(hidden_sizes) + 1

    def head(self):
        return self.params["W%d" % self.last], self.params["b%d" % self.last]

    def check(self, x):
        if np.ndim(x) != 2 or x.shape[1] != self.params["W1"].shape[0]:
            raise ValueError("x has shape %s, input_size is %d" % (np.shape(x), self.params["W1"].shape[0]))

    def predict(self, x):
        self.check(x)
        for block in self.hidden:
            x = block.evaluate(x)
        W, b = self.head()
        return np.dot(x, W) + b

    def loss(self, x, t):
        self.check(x)
        W, b = self.head()
        if np.shape(t) != (len(x),) or not np.issubdtype(t.dtype, np.integer) or np.any((t < 0) | (t >= len(b))):
            raise ValueError("t %r does not fit x of shape %s" % (t, x.shape))
        v = x
        for block in self.hidden:
            v = block.train(v)
        value, g = softmax_loss(np.dot(v, W) + b, t)
        grads = {"W%d" % self.last: np.dot(v.T, g) + self.reg * W, "b%d" % self.last: g.sum(axis=0)}
        g = np.dot(g, W.T)
        for block in reversed(self.hidden):
            g, more = block.back(g)
            grads.update(more)
        weights = [self.params["W%d" % k] for k in range(1, self.last + 1)]
        value += self.reg / 2 * sum(np.vdot(w, w) for w in weights)
        return float(value), grads
