"""State in a dict per parameter that is filled at the first step, as torch.optim does it."""

import numpy as np


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.group = dict(params=params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        self.state = {}

    def step(self, grads):
        group = self.group
        beta1, beta2 = group["betas"]
        for i, (p, grad) in enumerate(zip(group["params"], grads)):
            state = self.state.setdefault(i, {"step": 0, "exp_avg": 0.0 * p, "exp_avg_sq": 0.0 * p})
            state["step"] += 1
            p -= group["lr"] * group["weight_decay"] * p
            state["exp_avg"] = beta1 * state["exp_avg"] + (1 - beta1) * grad
            state["exp_avg_sq"] = beta2 * state["exp_avg_sq"] + (1 - beta2) * grad * grad
            bias_correction1 = 1 - beta1 ** state["step"]
            bias_correction2 = 1 - beta2 ** state["step"]
            denom = np.sqrt(state["exp_avg_sq"]) / np.sqrt(bias_correction2) + group["eps"]
            p -= group["lr"] / bias_correction1 * state["exp_avg"] / denom
