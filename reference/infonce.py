"""InfoNCE, the contrastive loss of CLIP."""

from __future__ import annotations

import numpy as np


class InfoNCELoss:
    """Symmetric contrastive loss of two batches whose rows belong together in pairs.

    With the rows of a and b divided by their lengths, and every row of the one batch scored against every row of the other:

        s    = a_hat @ b_hat.T / temperature
        loss = 1/2 * (mean cross-entropy along the rows of s + mean cross-entropy along its columns)

    The wanted class of row i, and of column i, is i: all other pairs of the batch are negatives.
    """

    def __init__(self, temperature: float = 0.07) -> None:
        """Remember the temperature.

        Args:
            temperature: what the cosines are divided by. It is a constant here; CLIP learns it.
        """
        self.temperature = temperature

    def forward(self, a: np.ndarray, b: np.ndarray) -> float:
        """Return the loss of the batch, and remember what `backward` needs.

        Shape:
            a, b: `(N, D)`, row i of a belongs to row i of b; returns a float.

        Raises:
            ValueError: a row of a or b is all zeros.
        """
        self._a_norm, self._b_norm = _row_norms("a", a), _row_norms("b", b)
        self._a_hat, self._b_hat = a / self._a_norm, b / self._b_norm
        s = self._a_hat @ self._b_hat.T / self.temperature
        log_rows = _log_softmax(s, axis=1)
        log_columns = _log_softmax(s, axis=0)
        self._p_rows, self._p_columns = np.exp(log_rows), np.exp(log_columns)
        # the wanted entries are the diagonal
        return float(-(np.trace(log_rows) + np.trace(log_columns)) / (2 * len(s)))

    def backward(self) -> tuple[np.ndarray, np.ndarray]:
        """Return `(d_a, d_b)`, the gradients of the last loss.

        Shape:
            both `(N, D)`.
        """
        n = len(self._p_rows)
        # d_s = (p_rows - I + p_columns - I) / 2N
        d_s = (self._p_rows + self._p_columns - 2 * np.eye(n)) / (2 * n)
        d_a_hat = d_s @ self._b_hat / self.temperature
        d_b_hat = d_s.T @ self._a_hat / self.temperature
        # x_hat = x / |x|:  d_x = (d_x_hat - <d_x_hat, x_hat> x_hat) / |x|
        d_a = (d_a_hat - (d_a_hat * self._a_hat).sum(axis=1, keepdims=True) * self._a_hat) / self._a_norm
        d_b = (d_b_hat - (d_b_hat * self._b_hat).sum(axis=1, keepdims=True) * self._b_hat) / self._b_norm
        return d_a, d_b


def _row_norms(name: str, x: np.ndarray) -> np.ndarray:
    norms = np.sqrt((x**2).sum(axis=1, keepdims=True))
    if (norms == 0).any():
        raise ValueError(f"{name} must have no zero row, got zeros in row {norms[:, 0].argmin()}")
    return norms


def _log_softmax(s: np.ndarray, axis: int) -> np.ndarray:
    shifted = s - s.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
