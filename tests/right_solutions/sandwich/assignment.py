"""In the manner of a course assignment: layers, then convenience layers, with tuples as caches."""

import numpy as np


def affine_forward(x, w, b):
    if x.ndim != 2 or x.shape[1] != w.shape[0]:
        raise ValueError(f"x has shape {x.shape}, w has {w.shape[0]} rows")
    out = x.dot(w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(d_out, cache):
    x, w, _ = cache
    dx = d_out.dot(w.T)
    dw = x.T.dot(d_out)
    db = np.sum(d_out, axis=0)
    return dx, dw, db


def relu_forward(x):
    return np.maximum(0, x), x


def relu_backward(d_out, cache):
    x = cache
    dx = np.array(d_out)
    dx[x <= 0] = 0
    return dx


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p < 0 or p >= 1:
        raise ValueError(f"dropout p must lie in [0, 1), got {p}")
    mask = None
    if mode == "train":
        rng = dropout_param.get("rng")
        if rng is None:
            rng = np.random.default_rng()
        mask = (rng.random(x.shape) < 1 - p) / (1 - p)
        out = x * mask
    elif mode == "test":
        out = x
    else:
        raise ValueError(f"mode {mode}")
    return out, (mode, mask)


def dropout_backward(d_out, cache):
    mode, mask = cache
    return d_out * mask if mode == "train" else d_out


def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.1)
    n, d = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(d))
    running_var = bn_param.get("running_var", np.ones(d))
    if mode == "train":
        mu = x.mean(axis=0)
        var = x.var(axis=0)
        ivar = 1.0 / np.sqrt(var + eps)
        xhat = (x - mu) * ivar
        unbiased = var * n / (n - 1) if n > 1 else var
        running_mean = running_mean + momentum * (mu - running_mean)
        running_var = running_var + momentum * (unbiased - running_var)
    elif mode == "test":
        ivar = 1.0 / np.sqrt(running_var + eps)
        xhat = (x - running_mean) * ivar
    else:
        raise ValueError('Invalid mode "%s"' % mode)  # noqa: UP031
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return gamma * xhat + beta, (mode, xhat, ivar, gamma)


def batchnorm_backward(d_out, cache):
    mode, xhat, ivar, gamma = cache
    dgamma = np.sum(d_out * xhat, axis=0)
    dbeta = np.sum(d_out, axis=0)
    dxhat = d_out * gamma
    if mode == "test":
        return dxhat * ivar, dgamma, dbeta
    n = d_out.shape[0]
    dx = ivar / n * (n * dxhat - dxhat.sum(axis=0) - xhat * np.sum(dxhat * xhat, axis=0))
    return dx, dgamma, dbeta


def affine_relu_forward(x, w, b):
    a, fc_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (fc_cache, relu_cache)


def affine_relu_backward(d_out, cache):
    fc_cache, relu_cache = cache
    return affine_backward(relu_backward(d_out, relu_cache), fc_cache)


def affine_relu_dropout_forward(x, w, b, dropout_param):
    a, fc_cache = affine_forward(x, w, b)
    r, relu_cache = relu_forward(a)
    out, drop_cache = dropout_forward(r, dropout_param)
    return out, (fc_cache, relu_cache, drop_cache)


def affine_relu_dropout_backward(d_out, cache):
    fc_cache, relu_cache, drop_cache = cache
    d = dropout_backward(d_out, drop_cache)
    d = relu_backward(d, relu_cache)
    return affine_backward(d, fc_cache)


def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
    a, fc_cache = affine_forward(x, w, b)
    y, bn_cache = batchnorm_forward(a, gamma, beta, bn_param)
    out, relu_cache = relu_forward(y)
    return out, (fc_cache, bn_cache, relu_cache)


def affine_bn_relu_backward(d_out, cache):
    fc_cache, bn_cache, relu_cache = cache
    d = relu_backward(d_out, relu_cache)
    d, dgamma, dbeta = batchnorm_backward(d, bn_cache)
    dx, dw, db = affine_backward(d, fc_cache)
    return dx, dw, db, dgamma, dbeta
