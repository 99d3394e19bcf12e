class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.p, self.lr, self.b, self.e, self.wd, self.t = params, lr, betas, eps, weight_decay, 0
        self.m = [0.0] * len(params)
        self.v = [0.0] * len(params)

    def step(self, grads):
        self.t += 1
        (b1, b2), t = self.b, self.t
        for i, g in enumerate(grads):
            self.m[i] = b1 * self.m[i] + (1 - b1) * g
            self.v[i] = b2 * self.v[i] + (1 - b2) * g * g
            self.p[i] *= 1 - self.lr * self.wd
            self.p[i] -= self.lr * self.m[i] / (1 - b1**t) / ((self.v[i] / (1 - b2**t)) ** 0.5 + self.e)
