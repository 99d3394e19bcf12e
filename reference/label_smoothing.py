"""Cross-entropy with label smoothing: the target keeps a little probability for every class."""

from __future__ import annotations

import numpy as np


class SmoothedCrossEntropyLoss:
    """Mean cross-entropy against smoothed labels.

    With `p = softmax(logits)`, C classes and `e = smoothing`, the target of a row is

        t[c] = 1 - e + e/C   at the label,      t[c] = e/C   elsewhere
        loss = -1/N * sum over n, c of  t[n, c] * log p[n, c]

    This is PyTorch's `label_smoothing`: e is spread over all C classes, the label included.
    """

    def __init__(self, smoothing: float = 0.1) -> None:
        """Remember how much to smooth.

        Args:
            smoothing: the share e of the target that is spread evenly, from 0 (plain cross-entropy) to 1.
        """
        self.smoothing = smoothing

    def forward(self, logits: np.ndarray, targets: np.ndarray) -> float:
        """Return the mean loss of the batch, and remember what `backward` needs.

        Args:
            logits: unnormalised scores, one row for each sample.
            targets: class indices of an integer dtype.

        Shape:
            logits: `(N, C)`; targets: `(N,)`; returns a float.
        """
        n, classes = logits.shape
        # t = (1 - e) * one_hot + e / C
        self._t = np.full((n, classes), self.smoothing / classes)
        self._t[np.arange(n), targets] += 1.0 - self.smoothing
        # log p = z - log(sum_c exp(z_c)),  which a shift of z by its maximum leaves as it is
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._p = np.exp(log_p)
        return float(-(self._t * log_p).sum() / n)

    def backward(self) -> np.ndarray:
        """Return the gradient of the last loss with respect to the logits.

        Shape:
            `(N, C)`.
        """
        # d_logits = (p - t) / N, since each row of t sums to 1
        return (self._p - self._t) / len(self._p)
