"""Loops over samples and columns; caches are dicts that hold the arguments, and backward recomputes the rest."""

import math

import numpy as np


def check_mode(param):
    if param["mode"] != "train" and param["mode"] != "test":
        raise ValueError(f"mode must be train or test, got {param['mode']}")


def affine_forward(x, w, b):
    if x.ndim != 2:
        raise ValueError(f"x must have two axes, got {x.shape}")
    n, d = x.shape
    if d != w.shape[0]:
        raise ValueError(f"x must have {w.shape[0]} columns, got {d}")
    out = np.zeros((n, w.shape[1]))
    for i in range(n):
        for j in range(w.shape[1]):
            out[i, j] = sum(x[i, k] * w[k, j] for k in range(d)) + b[j]
    return out, {"x": x.copy(), "w": w.copy()}


def affine_backward(d_out, cache):
    x, w = cache["x"], cache["w"]
    d_x, d_w, d_b = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for i in range(x.shape[0]):
        for j in range(w.shape[1]):
            d_b[j] += d_out[i, j]
            for k in range(x.shape[1]):
                d_x[i, k] += d_out[i, j] * w[k, j]
                d_w[k, j] += d_out[i, j] * x[i, k]
    return [d_x, d_w, d_b]


def relu_forward(x):
    out = np.zeros_like(x)
    for index, value in np.ndenumerate(x):
        out[index] = value if value > 0 else 0
    return out, {"x": x.copy()}


def relu_backward(d_out, cache):
    d_x = np.zeros_like(d_out)
    for index, value in np.ndenumerate(cache["x"]):
        if value > 0:
            d_x[index] = d_out[index]
    return d_x


def affine_relu_forward(x, w, b):
    a, first = affine_forward(x, w, b)
    out, second = relu_forward(a)
    return out, [first, second]


def affine_relu_backward(d_out, cache):
    first, second = cache
    return affine_backward(relu_backward(d_out, second), first)


def affine_relu_dropout_forward(x, w, b, dropout_param):
    p = dropout_param["p"]
    if p < 0 or p >= 1:
        raise ValueError("p is %r, must be at least 0 and less than 1" % (p,))  # noqa: UP031
    out, cache = affine_relu_forward(x, w, b)
    out = out.copy()
    scale = np.ones(out.shape)
    check_mode(dropout_param)
    if dropout_param["mode"] == "train":
        rng = dropout_param["rng"]
        for index in np.ndindex(out.shape):
            scale[index] = 0.0 if rng.uniform() < p else 1 / (1 - p)
            out[index] *= scale[index]
    return out, {"inner": cache, "scale": scale}


def affine_relu_dropout_backward(d_out, cache):
    return affine_relu_backward(cache["scale"] * d_out, cache["inner"])


def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
    a, first = affine_forward(x, w, b)
    n, m = a.shape
    y = np.zeros((n, m))
    statistics = []
    means, variances = bn_param["running_mean"].copy(), bn_param["running_var"].copy()
    for j in range(m):
        mean, var = means[j], variances[j]
        if bn_param["mode"] == "train":
            mean = sum(a[i, j] for i in range(n)) / n
            squares = sum((a[i, j] - mean) ** 2 for i in range(n))
            var = squares / n
            keep = 1 - bn_param["momentum"]
            means[j] = keep * means[j] + bn_param["momentum"] * mean
            variances[j] = keep * variances[j] + bn_param["momentum"] * squares / (n - 1)
        root = math.sqrt(var + bn_param["eps"])
        statistics.append((mean, root))
        for i in range(n):
            y[i, j] = gamma[j] * (a[i, j] - mean) / root + beta[j]
    bn_param["running_mean"], bn_param["running_var"] = means, variances
    out, last = relu_forward(y)
    check_mode(bn_param)
    fixed = bn_param["mode"] == "test"
    cache = {"first": first, "a": a, "s": statistics, "gamma": gamma, "last": last, "fixed": fixed}
    return out, cache


def affine_bn_relu_backward(d_out, cache):
    d_y = relu_backward(d_out, cache["last"])
    a, gamma = cache["a"], cache["gamma"]
    n, m = a.shape
    d_a, d_gamma, d_beta = np.zeros((n, m)), np.zeros(m), np.zeros(m)
    for j, (mean, root) in enumerate(cache["s"]):
        for i in range(n):
            d_gamma[j] += d_y[i, j] * (a[i, j] - mean) / root
            d_beta[j] += d_y[i, j]
        for i in range(n):
            d = d_y[i, j]
            if not cache["fixed"]:
                d -= d_beta[j] / n + (a[i, j] - mean) / root * d_gamma[j] / n
            d_a[i, j] = d * gamma[j] / root
    d_x, d_w, d_b = affine_backward(d_a, cache["first"])
    return d_x, d_w, d_b, d_gamma, d_beta
