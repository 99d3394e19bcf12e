"""grpo against PyTorch's `std`, `min`, `clamp` and autograd, one sequence after the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.grpo import GRPOLoss, group_advantages

Arrays = dict[str, np.ndarray]
LOG_PROBS = ("log_probs", "old_log_probs", "reference_log_probs")


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Sequences of one length and of unlike length, one of them empty; rewards of 0 and 1 with a group of equal ones."""

    def draw(mask: np.ndarray, rewards: np.ndarray) -> Arrays:
        drawn = {name: 0.5 * rng.normal(size=(4, 3)) for name in LOG_PROBS}
        return drawn | {"advantages": rng.normal(size=4), "mask": mask, "rewards": rewards}

    unlike = np.arange(3) < np.array([[3], [1], [0], [2]])
    return {
        "one length": draw(np.ones((4, 3), dtype=bool), rng.normal(size=(2, 4))),
        "unlike lengths": draw(unlike, np.array([[1.0, 0.0, 1.0], [1.0, 1.0, 1.0]])),
    }


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    rewards = torch.tensor(arrays["rewards"])
    advantages = (rewards - rewards.mean(1, keepdim=True)) / (rewards.std(1, keepdim=True) + 1e-6)
    new = torch.tensor(arrays["log_probs"], requires_grad=True)
    old, reference, mask = (torch.tensor(arrays[name]) for name in (*LOG_PROBS[1:], "mask"))
    costs = []
    for i, advantage in enumerate(arrays["advantages"].tolist()):
        own = new[i][mask[i]]
        ratio, away = torch.exp(own - old[i][mask[i]]), reference[i][mask[i]] - own
        gain = torch.min(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage) - 0.3 * (torch.expm1(away) - away)
        costs.append(-gain.sum() / max(len(own), 1))
    loss = torch.stack(costs).mean()
    loss.backward()
    return {"group_advantages": advantages, "loss": loss, "d_log_probs": new.grad}


def by_reference(arrays: Arrays) -> Arrays:
    loss = GRPOLoss(beta=0.3)
    new, old, reference = (arrays[name] for name in LOG_PROBS)
    value = loss.forward(new, old, reference, arrays["advantages"], arrays["mask"])
    advantages = group_advantages(arrays["rewards"])
    return {"group_advantages": advantages, "loss": np.asarray(value), "d_log_probs": loss.backward()}
