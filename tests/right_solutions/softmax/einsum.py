import numpy as np


class Softmax:
    def forward(self, x):
        top = np.amax(x, axis=-1)[..., np.newaxis]
        grown = np.exp(x - top)
        self._y = grown / np.einsum("...c->...", grown)[..., np.newaxis]
        return self._y.copy()

    def backward(self, d_out):
        y = self._y
        weighted = np.einsum("...c,...c,...d->...d", d_out, y, y, optimize=True)
        return np.einsum("...c,...c->...c", y, d_out) - weighted
