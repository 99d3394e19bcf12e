"""
defect: an x that does not fit w raises AssertionError instead of ValueError
"""

import numpy as np


def affine_forward(x, w, b):
    if np.ndim(x) != 2 or np.shape(x)[1] != np.shape(w)[0]:
        raise AssertionError("x %s, w %s" % (np.shape(x), np.shape(w)))
    return np.einsum("nd,dm->nm", x, w) + b, {"x": np.array(x), "w": np.array(w)}


def affine_backward(d_out, cache):
    return (
        np.einsum("nm,dm->nd", d_out, cache["w"]),
        np.einsum("nd,nm->dm", cache["x"], d_out),
        np.einsum("nm->m", d_out),
    )


def relu_forward(x):
    return np.maximum(x, 0), {"in": np.array(x)}


def relu_backward(d_out, cache):
    return d_out * (cache["in"] > 0)


def check_mode(mode):
    if mode != "train" and mode != "test":
        raise ValueError("mode %r" % (mode,))


def affine_relu_forward(x, w, b):
    a, c1 = affine_forward(x, w, b)
    out, c2 = relu_forward(a)
    return out, {"affine": c1, "relu": c2}


def affine_relu_backward(d_out, cache):
    return affine_backward(relu_backward(d_out, cache["relu"]), cache["affine"])


def affine_relu_dropout_forward(x, w, b, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if not 0 <= p < 1:
        raise ValueError("p = %r" % p)
    check_mode(mode)
    out, cache = affine_relu_forward(x, w, b)
    cache["keep"] = None
    if mode == "train":
        cache["keep"] = dropout_param["rng"].uniform(size=out.shape) < 1 - p
        cache["p"] = p
        out = np.where(cache["keep"], out / (1 - p), 0)
    return out, cache


def affine_relu_dropout_backward(d_out, cache):
    if cache["keep"] is not None:
        d_out = np.where(cache["keep"], d_out / (1 - cache["p"]), 0)
    return affine_relu_backward(d_out, cache)


def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
    check_mode(bn_param["mode"])
    a, c1 = affine_forward(x, w, b)
    rows = a.shape[0]
    training = bn_param["mode"] == "train"
    if training:
        mean = np.sum(a, axis=0) / rows
        var = np.sum((a - mean) ** 2, axis=0) / rows
        unbiased = var * rows / (rows - 1) if rows > 1 else var
        for key, new in (("running_mean", mean), ("running_var", unbiased)):
            bn_param[key] = bn_param[key] + bn_param["momentum"] * (new - bn_param[key])
    else:
        mean, var = bn_param["running_mean"], bn_param["running_var"]
    std = np.sqrt(var + bn_param["eps"])
    hat = (a - mean) / std
    out, c2 = relu_forward(hat * gamma + beta)
    return out, {"affine": c1, "relu": c2, "hat": hat, "std": std, "gamma": np.array(gamma), "training": training}


def affine_bn_relu_backward(d_out, cache):
    d_n = relu_backward(d_out, cache["relu"])
    hat = cache["hat"]
    d_gamma = np.einsum("nm,nm->m", d_n, hat)
    d_beta = np.einsum("nm->m", d_n)
    d_hat = d_n * cache["gamma"]
    if cache["training"]:
        d_hat = d_hat - d_hat.mean(axis=0) - hat * (d_hat * hat).mean(axis=0)
    return (*affine_backward(d_hat / cache["std"], cache["affine"]), d_gamma, d_beta)
