import numpy as np


def numerical_gradient(f, x, h=1e-4):
    if h <= 0:
        raise ValueError(f"{h=}")
    p, g = np.array(x, dtype=float), np.empty(np.shape(x))
    for i, v in np.ndenumerate(p.copy()):
        g[i] = 0
        for s in (1, -1):
            p[i] = v + s * h
            g[i] += s * f(p) / (2 * h)
        p[i] = v
    return g
