"""Direct preference optimisation: learning from pairs of answers, without a reward model."""

from __future__ import annotations

import numpy as np


def sequence_log_prob(logits: np.ndarray, labels: np.ndarray, ignore_index: int = -100) -> np.ndarray:
    """Return the log-probability of each sequence: the **sum** over its tokens that count, not their mean.

        out[n] = sum of  log p[n, t, labels[n, t+1]]   over all t with labels[n, t+1] != ignore_index

    with `p = softmax(logits)` along the vocabulary. Position t predicts `labels[t + 1]`: the shift is inside.
    A sequence in which no label counts has 0.

    Args:
        logits: unnormalised scores over the vocabulary, one row for each position.
        labels: token ids, or `ignore_index` for the prompt and for padding.
        ignore_index: the label that means: does not count.

    Shape:
        logits: `(N, T, V)`; labels: `(N, T)`, integers; returns `(N,)`.
    """
    # position t meets label t + 1
    targets = labels[:, 1:]
    counts = targets != ignore_index
    z = logits[:, :-1][counts]
    shifted = z - z.max(axis=1, keepdims=True)
    # log p = z - log(sum_v exp(z_v))
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    token_log_p = np.zeros(targets.shape)
    token_log_p[counts] = log_p[np.arange(len(z)), targets[counts]]
    return token_log_p.sum(axis=1)


class DPOLoss:
    """The loss of direct preference optimisation, on log-probabilities of whole sequences.

        margin = beta * ((policy_chosen - policy_rejected) - (reference_chosen - reference_rejected))
        loss   = -1/N * sum of  log sigmoid(margin)

    The reference model is frozen: it gets no gradient. The result is finite for log-probabilities of any size.
    """

    def __init__(self, beta: float = 0.1) -> None:
        """Remember beta.

        Args:
            beta: how strongly the policy is held to the reference model.
        """
        self.beta = beta

    def forward(
        self,
        policy_chosen: np.ndarray,
        policy_rejected: np.ndarray,
        reference_chosen: np.ndarray,
        reference_rejected: np.ndarray,
    ) -> float:
        """Return the mean loss over the pairs, and remember what `backward` needs.

        Args:
            policy_chosen: the trained model's log-probability of each preferred answer.
            policy_rejected: the trained model's log-probability of each other answer.
            reference_chosen: the frozen model's log-probability of each preferred answer.
            reference_rejected: the frozen model's log-probability of each other answer.

        Shape:
            all `(N,)`; returns a float.
        """
        policy_ratio = policy_chosen - policy_rejected
        reference_ratio = reference_chosen - reference_rejected
        self._margin = self.beta * (policy_ratio - reference_ratio)
        # -log sigmoid(m) = log(1 + exp(-m)), and logaddexp(0, x) = log(exp(0) + exp(x)) does not overflow
        return float(np.logaddexp(0.0, -self._margin).mean())

    def backward(self) -> tuple[np.ndarray, np.ndarray]:
        """Return `(d_policy_chosen, d_policy_rejected)`, the gradients of the last loss.

        Shape:
            both `(N,)`.
        """
        # d_margin = -sigmoid(-m) / N,  and sigmoid(-m) = exp(-log(1 + exp(m)))
        d_margin = -np.exp(-np.logaddexp(0.0, self._margin)) / len(self._margin)
        return self.beta * d_margin, -self.beta * d_margin
