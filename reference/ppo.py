"""Proximal policy optimisation: generalised advantage estimation and the clipped loss."""

from __future__ import annotations

import numpy as np


def gae(
    rewards: np.ndarray,
    values: np.ndarray,
    dones: np.ndarray,
    last_value: np.ndarray,
    gamma: float = 0.99,
    lam: float = 0.95,
) -> tuple[np.ndarray, np.ndarray]:
    """Return `(advantages, returns)` by generalised advantage estimation.

        delta[t]     = rewards[t] + gamma * values[t+1] - values[t]
        advantage[t] = sum over k >= 0 of  (gamma * lam)**k * delta[t + k]
        returns      = advantages + values

    Where `dones[t]` is True, step t **ended** its episode: `values[t+1]` counts as 0 there, and the sum stops.

    Args:
        rewards: what each step earned.
        values: the critic's estimate of the state in which each step was taken.
        dones: boolean, True where the episode ended with this very step.
        last_value: the critic's estimate of the state after the last step.
        gamma: the discount of a step.
        lam: the mix, from 0 (the one-step error) to 1 (everything that was earned).

    Shape:
        rewards, values, dones: `(T, N)`, T steps of N environments; last_value: `(N,)`; returns `(T, N)` twice.
    """
    advantages = np.zeros(rewards.shape)
    advantage = np.zeros(last_value.shape)
    next_value = last_value
    for t in reversed(range(len(rewards))):
        goes_on = 1.0 - dones[t]
        # delta_t = r_t + gamma V_{t+1} - V_t,  A_t = delta_t + gamma lam A_{t+1}
        delta = rewards[t] + gamma * next_value * goes_on - values[t]
        advantage = delta + gamma * lam * goes_on * advantage
        advantages[t] = advantage
        next_value = values[t]
    return advantages, advantages + values


class PPOLoss:
    """The clipped surrogate loss.

    With the ratio `r = exp(log_probs - old_log_probs)`, c = clip and the advantages A:

        loss = -mean of  min(r * A, clip(r, 1 - c, 1 + c) * A)   over the elements in the mask

    Where both terms are equal the unclipped one takes the gradient. With an empty mask the loss is 0.
    """

    def __init__(self, clip: float = 0.2) -> None:
        """Remember how far the ratio may move.

        Args:
            clip: the distance c of the ratio from 1.
        """
        self.clip = clip

    def forward(
        self, log_probs: np.ndarray, old_log_probs: np.ndarray, advantages: np.ndarray, mask: np.ndarray | None = None
    ) -> float:
        """Return the mean loss over the elements that count, and remember what `backward` needs.

        Args:
            log_probs: log-probabilities of the actions under the policy that is trained.
            old_log_probs: the same under the policy that acted; a constant.
            advantages: one for each action; a constant.
            mask: boolean, True where an element counts; None means everywhere. What it leaves out may hold anything.

        Shape:
            all of the same shape, any number of axes; returns a float.
        """
        self._mask = np.ones(log_probs.shape, dtype=bool) if mask is None else mask
        a = advantages[self._mask]
        ratio = np.exp(log_probs[self._mask] - old_log_probs[self._mask])
        self._plain = ratio * a
        self._clipped = np.clip(ratio, 1.0 - self.clip, 1.0 + self.clip) * a
        return float(-np.minimum(self._plain, self._clipped).sum() / max(len(a), 1))

    def backward(self) -> np.ndarray:
        """Return the gradient of the last loss with respect to `log_probs`; it is 0 outside the mask.

        Shape:
            that of `log_probs`.
        """
        # d(r A) / d log_prob = r A; where the clipped term is the smaller one, it is constant
        d_kept = -np.where(self._plain <= self._clipped, self._plain, 0.0) / max(len(self._plain), 1)
        d_log_probs = np.zeros(self._mask.shape)
        d_log_probs[self._mask] = d_kept
        return d_log_probs
