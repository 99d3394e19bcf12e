"""
defect: parameters of one shape share their mean square
"""

import numpy as np


def mover(p, lr, alpha, eps, table):
    memory = table.setdefault(p.shape, [np.zeros(p.shape)])

    def move(g):
        g = np.asarray(g, dtype=float)
        memory[0] = memory[0] + (1 - alpha) * (np.square(g) - memory[0])
        p.__isub__(lr * g / (np.sqrt(memory[0]) + eps))

    return move


class RMSprop:
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8):
        if not lr > 0:
            raise ValueError("lr: %r" % lr)
        if not 0 <= alpha < 1:
            raise ValueError("alpha: %r" % alpha)
        if eps < 0:
            raise ValueError("eps: %r" % eps)
        table = {}
        self.movers = [mover(p, lr, alpha, eps, table) for p in params]

    def step(self, grads):
        if len(grads) != len(self.movers):
            raise ValueError("grads: %d for %d params" % (len(grads), len(self.movers)))
        for move, g in zip(self.movers, grads):
            move(g)
