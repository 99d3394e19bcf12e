import numpy as np


class Dropout:
    """Draws the factors themselves, 0 or 1/(1-p), from a two-valued distribution."""

    def __init__(self, p: float = 0.5, rng: "np.random.Generator | None" = None):
        if p not in (0,) and not (0 < p < 1):
            raise ValueError("p out of range [0, 1): " + repr(p))
        self._p = p
        self._rng = rng
        self._factors = None

    def forward(self, x, training=True):
        if self._rng is None:
            self._rng = np.random.default_rng()
        if training:
            values = np.array([0.0, 1.0 / (1.0 - self._p)])
            self._factors = self._rng.choice(values, size=x.shape, p=[self._p, 1.0 - self._p])
        else:
            self._factors = np.ones(x.shape)
        return np.multiply(x, self._factors).astype(x.dtype)

    def backward(self, d_out):
        return np.multiply(d_out, self._factors).astype(d_out.dtype)
