"""Group relative policy optimisation: advantages from a group of answers, no critic."""

from __future__ import annotations

import numpy as np


def group_advantages(rewards: np.ndarray, eps: float = 1e-6) -> np.ndarray:
    """Compare each answer with the other answers to the same prompt.

        out[g, i] = (rewards[g, i] - mean of rewards[g]) / (std of rewards[g] + eps)

    The standard deviation is the unbiased one (n - 1).

    Args:
        rewards: one row for each prompt, one column for each answer to it.
        eps: keeps a group of equal rewards from dividing by zero.

    Shape:
        rewards: `(G, n)`; returns `(G, n)`.

    Raises:
        ValueError: fewer than two answers in a group.
    """
    if rewards.shape[1] < 2:
        raise ValueError(f"rewards must have at least 2 answers in a group, got shape {rewards.shape}")
    centred = rewards - rewards.mean(axis=1, keepdims=True)
    return centred / (rewards.std(axis=1, ddof=1, keepdims=True) + eps)


class GRPOLoss:
    """The clipped loss of PPO with a penalty for leaving a reference model, averaged sequence by sequence.

    With `r = exp(log_probs - old_log_probs)`, `d = reference_log_probs - log_probs` and c = clip, a token costs

        kl   = exp(d) - d - 1
        cost = -(min(r * A, clip(r, 1 - c, 1 + c) * A) - beta * kl)

    The loss is the mean of `cost` over each sequence's own tokens, and then the mean over the B sequences, as in the paper.
    A sequence without tokens counts 0 and is still one of the B.
    """

    def __init__(self, clip: float = 0.2, beta: float = 0.04) -> None:
        """Remember how far the ratio may move, and what leaving the reference model costs.

        Args:
            clip: the distance c of the ratio from 1.
            beta: the weight of the penalty.
        """
        self.clip = clip
        self.beta = beta

    def forward(
        self,
        log_probs: np.ndarray,
        old_log_probs: np.ndarray,
        reference_log_probs: np.ndarray,
        advantages: np.ndarray,
        mask: np.ndarray,
    ) -> float:
        """Return the loss, and remember what `backward` needs.

        Args:
            log_probs: log-probabilities of the tokens under the policy that is trained.
            old_log_probs: the same under the policy that wrote the answers; a constant.
            reference_log_probs: the same under the frozen reference model; a constant.
            advantages: one for each sequence; a constant.
            mask: boolean, True where a token counts. What it leaves out may hold anything.

        Shape:
            log_probs, old_log_probs, reference_log_probs, mask: `(B, T)`; advantages: `(B,)`; returns a float.
        """
        self._mask = mask
        # 1 / (B * tokens of its sequence), for each token that counts
        tokens = np.maximum(mask.sum(axis=1, keepdims=True), 1)
        self._share = (mask / (len(mask) * tokens))[mask]
        a = np.broadcast_to(advantages[:, None], mask.shape)[mask]
        ratio = np.exp(log_probs[mask] - old_log_probs[mask])
        self._plain = ratio * a
        self._clipped = np.clip(ratio, 1.0 - self.clip, 1.0 + self.clip) * a
        self._d = reference_log_probs[mask] - log_probs[mask]
        kl = np.exp(self._d) - self._d - 1.0
        objective = np.minimum(self._plain, self._clipped) - self.beta * kl
        return float(-(self._share * objective).sum())

    def backward(self) -> np.ndarray:
        """Return the gradient of the last loss with respect to `log_probs`; it is 0 outside the mask.

        Shape:
            `(B, T)`.
        """
        # d(r A) / d log_prob = r A where the plain term is taken;  d kl / d log_prob = 1 - exp(d)
        d_objective = np.where(self._plain <= self._clipped, self._plain, 0.0)
        d_objective -= self.beta * (1.0 - np.exp(self._d))
        d_log_probs = np.zeros(self._mask.shape)
        d_log_probs[self._mask] = -self._share * d_objective
        return d_log_probs
