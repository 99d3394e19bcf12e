"""The cache is the backward function itself: a closure over what the forward pass computed."""

import numpy as np


def affine_forward(x, w, b):
    if x.ndim != 2 or x.shape[1] != w.shape[0]:
        raise ValueError(f"x.shape={x.shape} does not fit w.shape={w.shape}")
    return np.einsum("nd,dm->nm", x, w) + b, lambda d: (
        np.einsum("nm,dm->nd", d, w),
        np.einsum("nd,nm->dm", x, d),
        np.einsum("nm->m", d),
    )


def relu_forward(x):
    on = (x > 0).astype(x.dtype)
    return x * on, lambda d: d * on


def dropout(x, param):
    p = param["p"]
    if not 0 <= p < 1:
        raise ValueError(f"p={p}")
    if param["mode"] == "test":
        return x, lambda d: d
    if param["mode"] != "train":
        raise ValueError(f"mode={param['mode']}")
    rng = param["rng"] if param.get("rng") is not None else np.random.default_rng()
    factor = rng.binomial(1, 1 - p, x.shape) / (1 - p)
    return x * factor, lambda d: d * factor


def batchnorm(a, gamma, beta, param):
    eps = param["eps"]
    if param["mode"] not in {"test", "train"}:
        raise ValueError(f"mode={param['mode']}")
    if param["mode"] == "test":
        inv = (param["running_var"] + eps) ** -0.5
        hat = (a - param["running_mean"]) * inv
        return gamma * hat + beta, lambda d: (d * gamma * inv, (d * hat).sum(0), d.sum(0))
    n = a.shape[0]
    mean = a.sum(0) / n
    centred = a - mean
    var = (centred**2).sum(0) / n
    inv = (var + eps) ** -0.5
    m = param["momentum"]
    param["running_mean"] = (1 - m) * param["running_mean"] + m * mean
    param["running_var"] = (1 - m) * param["running_var"] + m * a.var(axis=0, ddof=1)
    hat = centred * inv

    def back(d):
        d_hat = d * gamma
        d_var = (d_hat * centred).sum(0) * -0.5 * inv**3
        d_mean = -(d_hat * inv).sum(0)
        return d_hat * inv + d_var * 2 * centred / n + d_mean / n, (d * hat).sum(0), d.sum(0)

    return gamma * hat + beta, back


def affine_backward(d_out, cache):
    return cache(d_out)


relu_backward = affine_relu_backward = affine_relu_dropout_backward = affine_backward
affine_bn_relu_backward = affine_backward


def affine_relu_forward(x, w, b):
    a, back_a = affine_forward(x, w, b)
    out, back_r = relu_forward(a)
    return out, lambda d: back_a(back_r(d))


def affine_relu_dropout_forward(x, w, b, dropout_param):
    r, back_r = affine_relu_forward(x, w, b)
    out, back_d = dropout(r, dropout_param)
    return out, lambda d: back_r(back_d(d))


def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
    a, back_a = affine_forward(x, w, b)
    y, back_b = batchnorm(a, gamma, beta, bn_param)
    out, back_r = relu_forward(y)

    def back(d):
        d, d_gamma, d_beta = back_b(back_r(d))
        return [*back_a(d), d_gamma, d_beta]

    return out, back
