"""ppo: the loss against PyTorch's `min`, `clamp` and autograd, the advantages against the double sum of the definition."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.ppo import PPOLoss, gae

Arrays = dict[str, np.ndarray]


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """With a mask and without; episodes that end in the middle, at the end and never."""

    def draw(share_of_ends: float) -> Arrays:
        names = ("rewards", "values", "log_probs", "old_log_probs", "advantages")
        drawn = {name: 0.5 * rng.normal(size=(4, 3)) for name in names}
        return drawn | {"dones": rng.random((4, 3)) < share_of_ends, "last_value": rng.normal(size=3)}

    ends = draw(0.0)
    ends["dones"][-1] = True
    return {"never": draw(0.0), "at the end": ends, "anywhere": draw(0.4) | {"mask": rng.random((4, 3)) < 0.6}}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    rewards, values, dones = (torch.tensor(arrays[name]) for name in ("rewards", "values", "dones"))
    following = torch.cat([values[1:], torch.tensor(arrays["last_value"])[None]])
    delta = rewards + 0.9 * torch.where(dones, 0.0, following) - values
    steps = range(len(delta))
    lasts = [[torch.where(dones[t:k].any(0), 0.0, (0.9 * 0.8) ** (k - t)) for k in steps if k >= t] for t in steps]
    advantages = torch.stack([sum(w * delta[t + j] for j, w in enumerate(lasts[t])) for t in steps])

    new, old = torch.tensor(arrays["log_probs"], requires_grad=True), torch.tensor(arrays["old_log_probs"])
    given, ratio = torch.tensor(arrays["advantages"]), torch.exp(new - old)
    surrogate = torch.min(ratio * given, ratio.clamp(0.8, 1.2) * given)
    loss = -surrogate[torch.tensor(arrays.get("mask", np.ones((4, 3), dtype=bool)))].mean()
    loss.backward()
    return {"gae": advantages, "returns": advantages + values, "loss": loss, "d_log_probs": new.grad}


def by_reference(arrays: Arrays) -> Arrays:
    rewards, values, dones = arrays["rewards"], arrays["values"], arrays["dones"]
    advantages, returns = gae(rewards, values, dones, arrays["last_value"], gamma=0.9, lam=0.8)
    loss = PPOLoss()
    value = loss.forward(arrays["log_probs"], arrays["old_log_probs"], arrays["advantages"], arrays.get("mask"))
    return {"gae": advantages, "returns": returns, "loss": np.asarray(value), "d_log_probs": loss.backward()}
