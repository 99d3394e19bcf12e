"""Kullback-Leibler divergence between a wanted distribution and a model's."""

from __future__ import annotations

import numpy as np


class KLDivLoss:
    """KL(p || q), the mean over the rows of a batch.

        loss = 1/N * sum over n, c of  p[n, c] * (log p[n, c] - log_q[n, c])

    As in PyTorch, the model's distribution comes first and in logs, the wanted one second and as probabilities.
    The sum is divided by the number of rows, PyTorch's `reduction="batchmean"` (its default divides by N * C).
    """

    def forward(self, log_q: np.ndarray, p: np.ndarray) -> float:
        """Return the divergence, and remember what `backward` needs.

        Args:
            log_q: log-probabilities of the model; they need not be normalised.
            p: wanted probabilities. Where p is 0 an element costs nothing, whatever `log_q` is there;
                where p is above 0 and `log_q` is -inf the loss is inf.

        Shape:
            both `(N, C)`; returns a float.
        """
        self._p = p
        # 0 log 0 = 0: only where p > 0 is there anything to add up
        present = p > 0
        terms = p[present] * (np.log(p[present]) - log_q[present])
        return float(terms.sum() / len(p))

    def backward(self) -> np.ndarray:
        """Return the gradient of the last loss with respect to `log_q`, each entry of it taken as free.

        Shape:
            `(N, C)`.
        """
        # the loss is linear in log_q
        return -self._p / len(self._p)
