"""Velocities made at the first step; a strict zip finds lists of different lengths."""


class SGD:
    velocities = None

    def __init__(self, params, lr, momentum=0.0):
        if lr <= 0:
            raise ValueError(f"lr={lr} is not positive")
        if momentum < 0 or momentum >= 1:
            raise ValueError(f"momentum={momentum} is not in [0, 1)")
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum

    def step(self, grads):
        try:
            pairs = list(zip(self.params, grads, strict=True))
        except ValueError:
            raise ValueError(f"grads holds {len(grads)} arrays and params {len(self.params)}") from None
        if self.velocities is None or self.momentum == 0:
            self.velocities = [g.copy() for _, g in pairs]
        else:
            self.velocities = [self.momentum * v + g for v, g in zip(self.velocities, grads)]
        for (p, _), v in zip(pairs, self.velocities):
            p[...] = p - self.lr * v
