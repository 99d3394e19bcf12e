class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        b1, b2 = betas
        if not (lr > 0 and 0 <= b1 < 1 and 0 <= b2 < 1 and eps >= 0):
            raise ValueError(f"bad argument among {lr=}, {betas=}, {eps=}")
        self.p, self.lr, self.b1, self.b2, self.e, self.t = params, lr, b1, b2, eps, 0
        self.m = [0.0] * len(params)
        self.v = [0.0] * len(params)

    def step(self, grads):
        if len(grads) != len(self.p):
            raise ValueError(f"grads: {len(grads)} arrays, not {len(self.p)}")
        self.t += 1
        c1, c2 = 1 - self.b1**self.t, 1 - self.b2**self.t
        for i, g in enumerate(grads):
            self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * g
            self.v[i] = self.b2 * self.v[i] + (1 - self.b2) * g * g
            self.p[i] -= self.lr * self.m[i] / c1 / ((self.v[i] / c2) ** 0.5 + self.e)
