"""Cross-entropy loss: softmax and negative log-likelihood in one step."""

from __future__ import annotations

import numpy as np


class CrossEntropyLoss:
    """Mean cross-entropy between logits and targets.

    With `p = softmax(logits)` along the classes and the targets as rows of probabilities `t`:

        loss = -1/N * sum over n, c of  t[n, c] * log p[n, c]

    Softmax is part of the loss, as in PyTorch: it takes logits, not probabilities. The result is exact for logits of any
    size; nothing is added inside the logarithm.
    """

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        """Return the mean loss of the batch and remember what `backward` needs.

        Args:
            logits: unnormalised scores, one row per sample.
            targets: class indices of an integer dtype, or one row per sample that sums to one (one-hot or any other
                distribution, of any dtype).

        Shape:
            logits: `(N, C)`; targets: `(N,)` (indices) or `(N, C)` (rows); returns a float.

        Raises:
            ValueError: targets has neither shape, or an index is outside 0 .. C-1.
        """
        self._wanted = self._as_rows(logits, targets)
        shifted = logits - logits.max(axis=1, keepdims=True)
        # log p = z - log(sum_c exp(z_c)),  which a shift of z by its maximum leaves as it is
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._p = np.exp(log_p)
        # loss = -1/N sum_n sum_c t * log p
        return float(-(self._wanted * log_p).sum() / len(logits))

    def backward(self) -> np.ndarray:
        """Return the gradient of the last loss with respect to the logits.

        The loss is the end of the chain, so `backward` takes no argument. The 1/N of the mean is part of this gradient.

        Shape:
            returns `(N, C)`.
        """
        # d_logits = (p - t) / N
        return np.asarray((self._p - self._wanted) / len(self._p), dtype=self._p.dtype)

    def _as_rows(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        n, classes = logits.shape
        if targets.shape == (n, classes):
            return targets.astype(float)
        if targets.shape != (n,):
            raise ValueError(f"targets must have shape ({n},) or ({n}, {classes}), got {targets.shape}")
        if targets.min() < 0 or targets.max() >= classes:
            raise ValueError(f"targets must be class indices in 0..{classes - 1}, got {targets}")
        rows = np.zeros((n, classes))
        rows[np.arange(n), targets] = 1
        return rows
