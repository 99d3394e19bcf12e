class Momentum:
    def __init__(self, params, lr=1e-2, momentum=0.9):
        if not (lr > 0 and 0 <= momentum < 1):
            raise ValueError(f"need lr > 0 and 0 <= momentum < 1, got {lr=}, {momentum=}")
        self.p, self.lr, self.m, self.v = params, lr, momentum, [0 * p for p in params]

    def step(self, grads):
        if len(grads) != len(self.p):
            raise ValueError(f"grads has {len(grads)} arrays, params has {len(self.p)}")
        for i, g in enumerate(grads):
            self.v[i] = self.m * self.v[i] - self.lr * g
            self.p[i] += self.v[i]
