"""Everything is a matrix of rows; batch norm's nine steps, along the other axis."""

import numpy as np


class LayerNorm:
    def __init__(self, dim, eps=1e-5):
        self.gamma, self.beta, self.eps = np.ones((dim,)), np.zeros((dim,)), eps

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        d = rows.shape[1]
        mu = np.sum(rows, axis=1, keepdims=True) / d
        xmu = rows - mu
        var = np.sum(xmu * xmu, axis=1, keepdims=True) / d
        sqrtvar = np.sqrt(var + self.eps)
        ivar = 1.0 / sqrtvar
        xhat = xmu * ivar
        self.cache = xhat, xmu, ivar, sqrtvar, var
        return (xhat * self.gamma + self.beta).reshape(x.shape)

    def backward(self, d_out):
        xhat, xmu, ivar, sqrtvar, var = self.cache
        g = d_out.reshape(-1, d_out.shape[-1])
        n, d = g.shape
        d_beta = g.sum(axis=0)
        d_gamma = np.sum(g * xhat, axis=0)
        dxhat = g * self.gamma
        divar = np.sum(dxhat * xmu, axis=1, keepdims=True)
        dxmu = dxhat * ivar
        dsqrtvar = -divar / sqrtvar**2
        dvar = 0.5 * dsqrtvar / np.sqrt(var + self.eps)
        dxmu = dxmu + 2 * xmu * np.ones((n, d)) * dvar / d
        dmu = -np.sum(dxmu, axis=1, keepdims=True)
        dx = dxmu + np.ones((n, d)) * dmu / d
        return dx.reshape(d_out.shape), d_gamma, d_beta
