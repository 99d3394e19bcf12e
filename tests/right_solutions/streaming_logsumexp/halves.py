"""Powers of two: the exponent is an integer part that moves, and the sum stays near 1."""

import numpy as np

LOG2 = np.log(2)


class StreamingLogSumExp:
    state = None

    def update(self, x):
        if np.ndim(x) == 0:
            raise ValueError(f"x has no axis: {x}")
        lead = x.shape[:-1]
        power, total = self.state or (np.full(lead, -np.inf), np.zeros(lead))
        if power.shape != lead:
            raise ValueError(f"leading axes {power.shape} expected, but x has shape {x.shape}")
        best = np.ceil(np.max(x, axis=-1, initial=-np.inf) / LOG2)
        new = np.maximum(power, best)
        base = np.where(new == -np.inf, 0, new)
        # exp(x) = 2**base * exp(x - base * log 2); ldexp is exact
        drop = np.clip(power - base, -5000, 0).astype(int)
        total = np.ldexp(total, drop) + np.exp(x - base[..., None] * LOG2).sum(axis=-1)
        self.state = new, total

    def value(self):
        if self.state is None:
            raise ValueError("nothing to sum: call update first")
        power, total = self.state
        out = np.full(total.shape, -np.inf)
        np.log(total, out=out, where=total > 0)
        return out + np.where(power == -np.inf, 0, power) * LOG2

    def probabilities(self, x):
        total = self.value()
        hidden = total == -np.inf
        return np.where(hidden[..., None], 0.0, np.exp(x - np.where(hidden, 0.0, total)[..., None]))
