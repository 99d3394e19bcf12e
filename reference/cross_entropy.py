"""Cross-entropy loss: softmax and negative log-likelihood in one step."""

from __future__ import annotations

import numpy as np


class CrossEntropyLoss:
    """Mean cross-entropy between logits and the classes that were wanted.

    With ``p = softmax(logits)`` along the classes and wanted distribution ``t``:

        loss = -1/N * sum over n, c of  t[n, c] * log p[n, c]

    Softmax is part of the loss, as in PyTorch: it takes logits, not probabilities.
    The result is exact for logits of any size; nothing is added inside the logarithm.
    """

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        """Return the mean loss of the batch, and remember what ``backward`` needs.

        Args:
            logits: unnormalised scores, one row per sample.
            targets: either class indices of an integer dtype, or one row per sample
                that sums to one (one-hot or any other distribution, of any dtype).

        Shape:
            logits ``(N, C)``; targets ``(N,)`` (indices) or ``(N, C)`` (rows); result a float.

        Raises:
            ValueError: logits are not ``(N, C)``; targets fit neither shape; indices are
                not integers or lie outside ``0 .. C-1``.
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

        The loss is the end of the chain, so nothing comes in; the ``1/N`` of the mean is
        part of this gradient, and the layers before it only add up.

        Shape:
            ``(N, C)``, in the dtype of the logits.
        """
        # d_logits = (p - t) / N
        return np.asarray((self._p - self._wanted) / len(self._p), dtype=self._p.dtype)

    def _as_rows(self, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
        if logits.ndim != 2:
            raise ValueError(f"logits must have the shape (N, C), got {logits.shape}")
        n, classes = logits.shape
        if targets.shape == (n, classes):
            return targets.astype(float)
        if targets.shape != (n,):
            raise ValueError(f"targets must be ({n},) or ({n}, {classes}), got {targets.shape}")
        if not np.issubdtype(targets.dtype, np.integer):
            raise ValueError(f"targets as indices must be integers, got {targets.dtype}")
        if n and not 0 <= targets.min() <= targets.max() < classes:
            raise ValueError(f"targets must lie in 0..{classes - 1}, got {targets}")
        rows = np.zeros((n, classes))
        rows[np.arange(n), targets] = 1
        return rows
