from types import SimpleNamespace as Cache

import numpy as np


def training(param):
    if param["mode"] not in ("train", "test"):
        raise ValueError(f"mode {param['mode']!r}")
    return param["mode"] == "train"


def affine_forward(x, w, b):
    if x.ndim != 2:
        raise ValueError(f"x {x.shape}")
    return x @ w + b, (x, w)


def affine_backward(d_out, cache):
    return d_out @ cache[1].T, cache[0].T @ d_out, d_out.sum(0)


def relu_forward(x):
    return np.where(x > 0, x, 0), x > 0


def relu_backward(d_out, cache):
    return np.where(cache, d_out, 0)


def affine_relu_forward(x, w, b):
    a = x @ w + b
    return a.clip(0), (x, w, a > 0)


def affine_relu_backward(d_out, cache):
    return affine_backward(d_out * cache[2], cache[:2])


def affine_relu_dropout_forward(x, w, b, dropout_param):
    p = dropout_param["p"]
    if not (0 <= p < 1):
        raise ValueError(f"p = {p}")
    a = x @ w + b
    g = (a > 0) * 1.0
    if training(dropout_param):
        rng = dropout_param.get("rng") or np.random.default_rng()
        g *= rng.choice([0, 1 / (1 - p)], a.shape, p=[p, 1 - p])
    return a * g, (x, w, g)


affine_relu_dropout_backward = affine_relu_backward


def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
    c = Cache(x=x, w=w, gamma=gamma, train=training(bn_param))
    a = x @ w + b
    m, v = bn_param["running_mean"], bn_param["running_var"]
    if c.train:
        r = bn_param["momentum"]
        bn_param["running_mean"] = (1 - r) * m + r * a.mean(0)
        bn_param["running_var"] = (1 - r) * v + r * a.var(0, ddof=1)
        m, v = a.mean(0), a.var(0)
    c.s = 1 / np.sqrt(v + bn_param["eps"])
    c.h = (a - m) * c.s
    y = gamma * c.h + beta
    c.on = y > 0
    return y * c.on, c


def affine_bn_relu_backward(d_out, cache):
    c = cache
    d = d_out * c.on
    e = d - d.mean(0) - c.h * (d * c.h).mean(0) if c.train else d
    e = e * c.gamma * c.s
    return e @ c.w.T, c.x.T @ e, e.sum(0), (d * c.h).sum(0), d.sum(0)
