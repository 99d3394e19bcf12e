class RMSprop:
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8):
        if not (lr > 0 and 0 <= alpha < 1 and eps >= 0):
            raise ValueError(f"bad argument among {lr=}, {alpha=}, {eps=}")
        self.p, self.lr, self.a, self.e, self.s = params, lr, alpha, eps, [0.0] * len(params)

    def step(self, grads):
        if len(grads) != len(self.p):
            raise ValueError(f"grads: {len(grads)} arrays, not {len(self.p)}")
        for i, g in enumerate(grads):
            self.s[i] = self.a * self.s[i] + (1 - self.a) * g * g
            self.p[i] -= self.lr * g / (self.s[i] ** 0.5 + self.e)
