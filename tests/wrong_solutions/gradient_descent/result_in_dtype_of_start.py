"""
defect: the result has the dtype of a float32 x0
"""

import numpy as np


def gradient_descent(f, x0, lr=0.01, steps=100):
    for name, value, bad in (("lr", lr, lr <= 0), ("steps", steps, steps < 0)):
        if bad:
            raise ValueError(f"{name} cannot be {value}")
    shape = np.shape(x0)
    flat = np.array(x0, dtype=np.float64).ravel()
    h = 1e-4
    done = 0
    while done < steps:
        g = np.zeros(flat.size)
        for k in range(flat.size):
            kept = flat[k]
            flat[k] = kept + h
            g[k] = f(flat.reshape(shape))
            flat[k] = kept - h
            g[k] -= f(flat.reshape(shape))
            flat[k] = kept
        flat -= lr / (2 * h) * g
        done += 1
    return flat.reshape(shape).astype(getattr(x0, "dtype", float) if getattr(x0, "dtype", None) == np.float32 else float)
