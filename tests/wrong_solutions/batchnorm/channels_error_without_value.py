"""
defect: the ValueError for a wrong number of channels names neither argument nor value
"""

import numpy as np


class BatchNorm2d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        if num_features <= 0:
            raise ValueError("num_features: %r" % num_features)
        if eps < 0:
            raise ValueError("eps: %r" % eps)
        if momentum < 0 or momentum > 1:
            raise ValueError("momentum: %r" % momentum)
        self.eps, self.rate = eps, momentum
        self.gamma = np.full(num_features, 1.0)
        self.beta = np.full(num_features, 0.0)
        self.running_mean = np.full(num_features, 0.0)
        self.running_var = np.full(num_features, 1.0)

    def forward(self, x, training=True):
        if x.ndim != 4:
            raise ValueError("x has %d axes" % x.ndim)
        if x.shape[1] != len(self.gamma):
            raise ValueError("bad input")
        rows = np.moveaxis(x, 1, 3).reshape(-1, x.shape[1]).astype(np.float64)
        count = len(rows)
        if training:
            if count == 1:
                raise ValueError("x %s has one value a channel" % (x.shape,))
            mean = rows.sum(0) / count
            centred = rows - mean
            var = np.einsum("nc,nc->c", centred, centred) / count
            self.running_mean = (1 - self.rate) * self.running_mean + self.rate * mean
            self.running_var = (1 - self.rate) * self.running_var + self.rate * var * count / (count - 1)
        else:
            mean, var = self.running_mean, self.running_var
            centred = rows - mean
        inverse = 1 / np.sqrt(var + self.eps)
        self.saved = centred, inverse, training, x.shape
        return self.image(centred * inverse * self.gamma + self.beta, x.shape)

    @staticmethod
    def image(rows, shape):
        n, c, h, w = shape
        return rows.reshape(n, h, w, c).transpose(0, 3, 1, 2)

    def backward(self, d_out):
        centred, inverse, training, shape = self.saved
        if d_out.shape != shape:
            raise ValueError("d_out %s, output %s" % (d_out.shape, shape))
        up = np.moveaxis(d_out, 1, 3).reshape(centred.shape)
        d_gamma = np.sum(up * centred * inverse, axis=0)
        d_beta = np.sum(up, axis=0)
        d_hat = up * self.gamma
        d_rows = d_hat * inverse
        if training:
            d_var = np.sum(d_hat * centred, axis=0) * -0.5 * inverse**3
            d_mean = -np.sum(d_hat, axis=0) * inverse
            d_rows = d_rows + d_var * 2 * centred / len(up) + d_mean / len(up)
        return self.image(d_rows, shape), d_gamma, d_beta
