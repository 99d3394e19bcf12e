"""The loss of a language model: each position is charged for the token that follows it."""

from __future__ import annotations

import numpy as np


class CausalLMLoss:
    """Mean cross-entropy of next-token prediction, the shift included.

    Position t predicts `labels[t + 1]`. With `p = softmax(logits)` along the vocabulary, and M labels that count:

        loss = -1/M * sum of  log p[n, t, labels[n, t+1]]   over all n, t with labels[n, t+1] != ignore_index

    As in Hugging Face's models, the caller passes logits and labels of the same length and does not shift them.
    If no label counts, the loss is 0 and so are its gradients; PyTorch's mean over nothing is NaN.
    """

    def __init__(self, ignore_index: int = -100) -> None:
        """Remember which label means: does not count.

        Args:
            ignore_index: the label of padding and of prompts.
        """
        self.ignore_index = ignore_index

    def forward(self, logits: np.ndarray, labels: np.ndarray) -> float:
        """Return the mean loss over the labels that count, and remember what `backward` needs.

        Args:
            logits: unnormalised scores over the vocabulary, one row for each position.
            labels: token ids, or `ignore_index` where nothing is to be learnt.

        Shape:
            logits: `(N, T, V)`; labels: `(N, T)`, integers; returns a float.
        """
        # position t meets label t + 1: the last position and the first label have no partner
        targets = labels[:, 1:]
        self._counts = targets != self.ignore_index
        z, self._targets = logits[:, :-1][self._counts], targets[self._counts]
        shifted = z - z.max(axis=1, keepdims=True)
        # log p = z - log(sum_v exp(z_v))
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self._p = np.exp(log_p)
        self._shape = logits.shape
        picked = log_p[np.arange(len(z)), self._targets]
        return float(-picked.sum() / max(len(z), 1))

    def backward(self) -> np.ndarray:
        """Return the gradient of the last loss with respect to the logits; it is 0 where no label counts.

        Shape:
            `(N, T, V)`.
        """
        # d_z = (p - one_hot(target)) / M
        d_z = self._p.copy()
        d_z[np.arange(len(d_z)), self._targets] -= 1.0
        d_logits = np.zeros(self._shape)
        d_logits[:, :-1][self._counts] = d_z / max(len(d_z), 1)
        return d_logits
