"""
defect: a negative eps is accepted
"""

import numpy as np


class BatchNorm2d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        if num_features < 1:
            raise ValueError(f"num_features must be at least 1, got {num_features}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must lie in [0, 1], got {momentum}")
        self.C, self.eps, self.momentum = num_features, eps, momentum
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def forward(self, x, training=True):
        if x.ndim != 4 or x.shape[1] != self.C:
            raise ValueError(f"x must be (N, {self.C}, H, W), got {x.shape}")
        m = x.size // self.C
        if training and m < 2:
            raise ValueError(f"x has one value a channel: {x.shape}")
        self.training = training
        self.shape = x.shape
        self.deviation, self.normal = np.empty(self.C), []
        out = np.empty(x.shape)
        new_mean, new_var = np.array(self.running_mean), np.array(self.running_var)
        for c in range(self.C):
            v = x[:, c].astype(float)
            if training:
                mu = v.mean()
                var = ((v - mu) ** 2).mean()
                new_mean[c] += self.momentum * (mu - new_mean[c])
                new_var[c] += self.momentum * (var * m / (m - 1) - new_var[c])
            else:
                mu, var = self.running_mean[c], self.running_var[c]
            self.deviation[c] = np.sqrt(var + self.eps)
            self.normal.append((v - mu) / self.deviation[c])
            out[:, c] = self.gamma[c] * self.normal[c] + self.beta[c]
        self.running_mean, self.running_var = new_mean, new_var
        return out

    def backward(self, d_out):
        if d_out.shape != self.shape:
            raise ValueError(f"d_out must be {self.shape}, got {d_out.shape}")
        d_x = np.empty(self.shape)
        d_gamma, d_beta = np.zeros(self.C), np.zeros(self.C)
        for c in range(self.C):
            g, z = d_out[:, c], self.normal[c]
            d_gamma[c] = (g * z).sum()
            d_beta[c] = g.sum()
            if self.training:
                g = g - g.mean() - z * (g * z).mean()
            d_x[:, c] = g * self.gamma[c] / self.deviation[c]
        return d_x, d_gamma, d_beta
