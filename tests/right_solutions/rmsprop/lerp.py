"""The mean square moves towards the new square by a share of the difference."""

import numpy as np


class RMSprop:
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8):
        if lr <= 0:
            raise ValueError(f"Invalid lr: {lr}")
        if not 0.0 <= alpha < 1.0:
            raise ValueError(f"Invalid alpha: {alpha}")
        if eps < 0.0:
            raise ValueError(f"Invalid eps: {eps}")
        self.state = [{"param": p, "s": np.zeros_like(p)} for p in params]
        self.config = {"lr": lr, "alpha": alpha, "eps": eps}

    def step(self, grads):
        if len(grads) != len(self.state):
            raise ValueError(f"Invalid grads: length {len(grads)}, expected {len(self.state)}")
        for slot, grad in zip(self.state, grads):
            slot["s"] += (1 - self.config["alpha"]) * (np.square(grad) - slot["s"])
            step = grad / (np.sqrt(slot["s"]) + self.config["eps"])
            slot["param"] -= self.config["lr"] * step
