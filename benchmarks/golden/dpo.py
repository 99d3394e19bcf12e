"""dpo against `torch.nn.functional.cross_entropy`, summed over tokens, and `logsigmoid`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.dpo import DPOLoss, sequence_log_prob

Arrays = dict[str, np.ndarray]
FOUR = ("policy_chosen", "policy_rejected", "reference_chosen", "reference_rejected")


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Sequences of unlike length, one of them without a label, and four log-probabilities, ordinary and large."""

    def draw(scale: float) -> Arrays:
        labels = rng.integers(0, 5, size=(3, 4))
        labels[0, :2], labels[1, 3], labels[2] = -100, -100, -100
        four = {name: scale * rng.normal(size=4) for name in FOUR}
        return {"logits": rng.normal(size=(3, 4, 5)), "labels": labels, "beta": np.array(0.3)} | four

    return {"ordinary": draw(3.0), "large": draw(1e4)}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    logits, labels = torch.tensor(arrays["logits"]), torch.tensor(arrays["labels"])
    costs = torch.nn.functional.cross_entropy(logits[:, :-1].transpose(1, 2), labels[:, 1:], reduction="none")
    chosen, rejected = (torch.tensor(arrays[name], requires_grad=True) for name in FOUR[:2])
    old_chosen, old_rejected = (torch.tensor(arrays[name]) for name in FOUR[2:])
    margin = float(arrays["beta"]) * ((chosen - rejected) - (old_chosen - old_rejected))
    loss = -torch.nn.functional.logsigmoid(margin).mean()
    loss.backward()
    return {"log_prob": -costs.sum(1), "loss": loss, "d_policy_chosen": chosen.grad, "d_policy_rejected": rejected.grad}


def by_reference(arrays: Arrays) -> Arrays:
    loss = DPOLoss(float(arrays["beta"]))
    value = np.asarray(loss.forward(*(arrays[name] for name in FOUR)))
    d_chosen, d_rejected = loss.backward()
    log_prob = sequence_log_prob(arrays["logits"], arrays["labels"])
    return {"log_prob": log_prob, "loss": value, "d_policy_chosen": d_chosen, "d_policy_rejected": d_rejected}
