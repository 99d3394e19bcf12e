"""The mistakes bank of batchnorm."""

from __future__ import annotations

import numpy as np

from reference.batchnorm import BatchNorm2d


class StatisticsAsConstants(BatchNorm2d):
    """`backward` treats mean and variance as constants, in training too.

    `d_out * gamma / std` is the derivative for fixed statistics. In training both depend on x, and
    two more terms follow from that, one for the mean and one for the variance. One widely copied
    cheat sheet has the short form; the network still learns, only worse.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        return d_out * scale, d_gamma, d_beta


class ForgetsVarianceTerm(BatchNorm2d):
    """`d_x` lacks the path through the variance.

    The mean is taken care of, the variance is treated as a constant. It depends on x too: each value
    that moves away from the mean makes all others smaller. The missing term is along `x_hat`.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        count = d_out.size // self.num_features
        d_x = scale * (d_out - (d_beta / count)[:, None, None])
        return d_x, d_gamma, d_beta


class ForgetsMeanTerm(BatchNorm2d):
    """`d_x` lacks the path through the mean.

    The variance is taken care of, the mean is treated as a constant. Adding the same number to all
    values of a channel changes nothing in the output, so every `d_x` has to sum to 0 over the channel.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        count = d_out.size // self.num_features
        d_x = scale * (d_out - self._x_hat * (d_gamma / count)[:, None, None])
        return d_x, d_gamma, d_beta


class ForgetsGamma(BatchNorm2d):
    """`d_x` is computed without the factor gamma.

    The gradient with respect to `x_hat` is `d_out * gamma`, and everything behind it starts from
    there. As gamma begins at 1, the first step of a training run does not show it.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = self._inv_std[:, None, None]
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        count = d_out.size // self.num_features
        d_x = scale * (d_out - (d_beta / count)[:, None, None] - self._x_hat * (d_gamma / count)[:, None, None])
        return d_x, d_gamma, d_beta


class CountsBatchOnly(BatchNorm2d):
    """`backward` divides by the batch size N instead of by N * H * W.

    The formula was copied from batch normalisation of vectors, where N is the number of values a
    statistic is made of. For images it is N * H * W.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        count = len(d_out)
        d_x = scale * (d_out - (d_beta / count)[:, None, None] - self._x_hat * (d_gamma / count)[:, None, None])
        return d_x, d_gamma, d_beta


class StatisticsPerActivation(BatchNorm2d):
    """Mean and variance are taken for each activation over the batch, not for each channel.

    `mean(axis=0)` gives a mean for every pixel. A convolution looks for the same thing everywhere,
    so all pixels of a channel share their statistics: average over N, H and W.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean[:, None, None], self.running_var[:, None, None]
        if training:
            mean, var = x.mean(axis=0), x.var(axis=0)
            keep, unbiased = 1 - self.momentum, var * (len(x) / max(len(x) - 1, 1))
            average, spread = mean.mean(axis=(1, 2)), unbiased.mean(axis=(1, 2))
            self.running_mean = keep * self.running_mean + self.momentum * average
            self.running_var = keep * self.running_var + self.momentum * spread
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean) * inv_std
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = self.gamma[:, None, None] * self._inv_std
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        mean_d, mean_dx = d_out.mean(axis=0), (d_out * self._x_hat).mean(axis=0)
        d_x = scale * (d_out - mean_d - self._x_hat * mean_dx)
        return d_x, d_gamma, d_beta


class StatisticsPerImage(BatchNorm2d):
    """Mean and variance are taken for each image and channel by themselves.

    Averaging over H and W only is instance normalisation, another layer. Batch normalisation
    averages over the batch as well; with a batch of one the two are the same.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean[:, None, None], self.running_var[:, None, None]
        if training:
            mean, var = x.mean(axis=(2, 3), keepdims=True), x.var(axis=(2, 3), keepdims=True)
            keep, whole = 1 - self.momentum, x.var(axis=(0, 2, 3), ddof=1)
            self.running_mean = keep * self.running_mean + self.momentum * x.mean(axis=(0, 2, 3))
            self.running_var = keep * self.running_var + self.momentum * whole
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean) * inv_std
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = self.gamma[:, None, None] * self._inv_std
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        mean_d = d_out.mean(axis=(2, 3), keepdims=True)
        mean_dx = (d_out * self._x_hat).mean(axis=(2, 3), keepdims=True)
        d_x = scale * (d_out - mean_d - self._x_hat * mean_dx)
        return d_x, d_gamma, d_beta


class UnbiasedWithBatchOnly(BatchNorm2d):
    """The correction for `running_var` uses N - 1 where the count is N * H * W.

    The unbiased variance divides by the number of values minus one, and a channel has N * H * W of
    them. With n = N the correction is far too large.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (len(x) / max(len(x) - 1, 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class NormalisesUnbiased(BatchNorm2d):
    """The output is normalised with the unbiased variance.

    `ddof=1` belongs into `running_var` only. The batch itself is divided by its biased standard
    deviation, so that the output has variance 1 (nearly: there is eps).
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        if training:
            var = x.var(axis=(0, 2, 3), ddof=1)
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        count = d_out.size // self.num_features
        along = self._x_hat * (d_gamma / (count - 1))[:, None, None]
        d_x = scale * (d_out - (d_beta / count)[:, None, None] - along)
        return d_x, d_gamma, d_beta


class MomentumAsKeep(BatchNorm2d):
    """`momentum` is taken as the share of the old value that is kept.

    TensorFlow and many crib sheets write `running = momentum * running + (1 - momentum) * batch`
    with a momentum of 0.9. PyTorch, and this kata, mean the share of the new batch, 0.1. With the
    two mixed up the statistics forget nearly everything in every step.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            new, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = self.momentum * self.running_mean + new * mean
            self.running_var = self.momentum * self.running_var + new * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class MomentumIgnored(BatchNorm2d):
    """The running statistics always take 0.1 of the new batch, whatever `momentum` says.

    The argument is accepted and never used, and tests with the default value pass.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 0.9, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + 0.1 * mean
            self.running_var = keep * self.running_var + 0.1 * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class RunningIsLastBatch(BatchNorm2d):
    """The running statistics are those of the last batch, not an average.

    `self.running_mean = mean` makes evaluation depend on the one batch that happened to come last.
    The exponential average exists to smooth that out.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            self.running_mean = mean
            self.running_var = var * (count / (count - 1))
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class RunningAddsBatch(BatchNorm2d):
    """The new batch is added without making the old value smaller.

    `running += momentum * batch` grows without bound. An average needs shares that sum to one: the
    old value times 1 - momentum, the new one times momentum.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            unbiased = var * (count / (count - 1))
            self.running_mean = self.running_mean + self.momentum * mean
            self.running_var = self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class RunningVarStartsAtZero(BatchNorm2d):
    """`running_var` starts at 0 instead of 1.

    Zeros come naturally next to `running_mean`, and are common in crib sheets. A layer that is
    evaluated before it was trained then divides by sqrt(eps) and multiplies its input by 300.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        if num_features < 1:
            raise ValueError(f"num_features must be at least 1, got {num_features}")
        if eps < 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be between 0 and 1, got {momentum}")
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.zeros(num_features)
        self._training = True
        self._inv_std = np.ones(num_features)
        self._x_hat = np.zeros((0, num_features, 0, 0))


class GammaStartsAtZero(BatchNorm2d):
    """gamma starts at 0, like beta.

    `np.zeros` twice is quickly written. The output is then beta everywhere, so nothing of x comes
    through, and no gradient reaches the layers before. As a scale gamma starts at 1.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        if num_features < 1:
            raise ValueError(f"num_features must be at least 1, got {num_features}")
        if eps < 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be between 0 and 1, got {momentum}")
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.zeros(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self._training = True
        self._inv_std = np.ones(num_features)
        self._x_hat = np.zeros((0, num_features, 0, 0))


class RunningMeanStartsAtFirstBatch(BatchNorm2d):
    """The running statistics start with the first batch instead of with 0 and 1.

    `if first call: running = batch` avoids the slow start, and some libraries do so. PyTorch does
    not: from the first call on it mixes the start values with the batch.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        if num_features < 1:
            raise ValueError(f"num_features must be at least 1, got {num_features}")
        if eps < 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be between 0 and 1, got {momentum}")
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self._started = False
        self._training = True
        self._inv_std = np.ones(num_features)
        self._x_hat = np.zeros((0, num_features, 0, 0))

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            if not self._started:
                self.running_mean, self.running_var, self._started = mean, unbiased, True
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class RunningVarBiased(BatchNorm2d):
    """`running_var` takes the biased variance of the batch.

    A batch is a sample of all data, and its biased variance is too small on average. PyTorch divides
    by the count minus one in `running_var`, though not in the normalisation itself. Common in crib
    sheets, which use one variance for both.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class RunningStandardDeviation(BatchNorm2d):
    """`running_var` averages standard deviations instead of variances.

    The square root was taken too early. The average of the roots is not the root of the average,
    and evaluation takes the root a second time.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, np.sqrt(var * (count / (count - 1)))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class UpdatesInEvaluation(BatchNorm2d):
    """The running statistics are updated in evaluation as well.

    Then the answer for one input depends on what was asked before, and the statistics leak from the
    test data. In evaluation the layer only reads them.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        batch_mean, batch_var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        if training:
            mean, var = batch_mean, batch_var
        keep, unbiased = 1 - self.momentum, batch_var * (count / max(count - 1, 1))
        self.running_mean = keep * self.running_mean + self.momentum * batch_mean
        self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class NeverUpdates(BatchNorm2d):
    """The running statistics are never updated.

    They keep their start values 0 and 1, so that evaluation does not normalise at all. The training
    loss looks perfect, the test accuracy does not.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        if training and x.size // self.num_features < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class BatchStatisticsInEvaluation(BatchNorm2d):
    """Evaluation normalises with the statistics of the batch too.

    The answer for one sample then depends on which others are in the batch, and a batch of one
    sample gives beta only. A network that never leaves training mode has this defect without
    showing it.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        if training:
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class RunningStatisticsInTraining(BatchNorm2d):
    """Training normalises with the running statistics instead of those of the batch.

    The statistics are updated and then used at once. That couples the batches to one another, and
    the gradient below no longer fits: it belongs to statistics of the batch.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        if training:
            mean, var = self.running_mean, self.running_var
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class EvaluatesByDefault(BatchNorm2d):
    """`training` is False by default.

    A plain `forward(x)` then never uses the batch and never updates anything. The signature asks
    for `training=True`.
    """

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class EpsOutsideRoot(BatchNorm2d):
    """`eps` is added to the standard deviation, outside the root.

    `sqrt(var) + eps` and `sqrt(var + eps)` differ by little for var near 1 and by a lot for small
    variances: for var = 0 the root of 1e-5 is 300 times larger than 1e-5. Its derivative is
    unbounded there, too.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / (np.sqrt(var) + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        count = d_out.size // self.num_features
        std = np.maximum(1 / self._inv_std - self.eps, 1e-12)
        along = self._x_hat * (d_gamma / count / (std * self._inv_std))[:, None, None]
        d_x = scale * (d_out - (d_beta / count)[:, None, None] - along)
        return d_x, d_gamma, d_beta


class EpsIgnored(BatchNorm2d):
    """`eps` is fixed at 1e-5, whatever the argument says.

    The constant stands in the formula, so the argument does nothing. Tests with the default value
    pass.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + 1e-5)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class EpsMissing(BatchNorm2d):
    """No `eps` is added at all.

    A channel that is constant over the batch, such as a dead ReLU, has variance 0, and 0 / 0 is NaN.
    From there NaN spreads over the whole network.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class EpsMissingInEvaluation(BatchNorm2d):
    """`eps` is left out of the formula for evaluation.

    The two branches were written apart, and one lost the eps. The running variance of a dead
    channel goes towards 0, so it is needed there as well.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps if training else var)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class DividesByVariance(BatchNorm2d):
    """x is divided by the variance instead of by its square root.

    The units tell: the variance is measured in squares of what x is measured in. The output has
    variance 1 only after a division by the standard deviation.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / (var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class GammaIgnored(BatchNorm2d):
    """The output is not scaled by gamma.

    As gamma starts at 1 this is invisible until the first step of the optimiser.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        out: np.ndarray = x_hat + self.beta[:, None, None]
        return out


class BetaIgnored(BatchNorm2d):
    """The output is not shifted by beta.

    As beta starts at 0 this is invisible until the first step of the optimiser.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat


class GammaGradientFromInput(BatchNorm2d):
    """`d_gamma` is summed over d_out * x instead of d_out * x_hat.

    Gamma multiplies the normalised values, so these are its derivative. x itself differs from them
    by the mean and the scale.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._x = x
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        count = d_out.size // self.num_features
        d_x = scale * (
            d_out
            - (d_beta / count)[:, None, None]
            - self._x_hat * ((d_out * self._x_hat).sum(axis=(0, 2, 3)) / count)[:, None, None]
        )
        return d_x, d_gamma, d_beta


class AveragesParameterGradients(BatchNorm2d):
    """`d_gamma` and `d_beta` are averaged instead of summed.

    Mean and sum stand side by side in this backward pass: `d_x` needs the means, the parameters need
    the sums. `d_out` already carries any 1/N of the loss.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        count = d_out.size // self.num_features
        if not self._training:
            return d_out * scale, d_gamma / count, d_beta / count
        d_x = scale * (d_out - (d_beta / count)[:, None, None] - self._x_hat * (d_gamma / count)[:, None, None])
        return d_x, d_gamma / count, d_beta / count


class AveragesOverBatch(BatchNorm2d):
    """All gradients are divided by the batch size.

    `d_out` already carries any 1/N of the loss; a layer that divides again makes every gradient
    before it too small by N.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_out = d_out / len(d_out)
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        count = d_out.size // self.num_features
        d_x = scale * (d_out - (d_beta / count)[:, None, None] - self._x_hat * (d_gamma / count)[:, None, None])
        return d_x, d_gamma, d_beta


class ParameterGradientsOverBatchOnly(BatchNorm2d):
    """`d_gamma` and `d_beta` are summed over the batch only and keep the image's axes.

    gamma[c] scales every pixel of the channel, so all of them send their gradient: sum over N, H and
    W. A gradient has the shape of its parameter, (C,).
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        count = d_out.size // self.num_features
        d_x = scale * (d_out - (d_beta / count)[:, None, None] - self._x_hat * (d_gamma / count)[:, None, None])
        return d_x, (d_out * self._x_hat).sum(axis=0), d_out.sum(axis=0)


class ParameterGradientsKeepAxes(BatchNorm2d):
    """`d_gamma` and `d_beta` have the shape (1, C, 1, 1).

    `keepdims=True` is handy inside the formula, but an optimiser needs gradients of the shape of the
    parameters, (C,).
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        count = d_out.size // self.num_features
        d_x = scale * (d_out - (d_beta / count)[:, None, None] - self._x_hat * (d_gamma / count)[:, None, None])
        return d_x, d_gamma.reshape(1, -1, 1, 1), d_beta.reshape(1, -1, 1, 1)


class SwapsParameterGradients(BatchNorm2d):
    """`backward` returns d_beta before d_gamma.

    Both have the same shape, so nothing complains. The order is that in which the parameters are
    declared: gamma, then beta.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, d_beta, d_gamma
        count = d_out.size // self.num_features
        d_x = scale * (d_out - (d_beta / count)[:, None, None] - self._x_hat * (d_gamma / count)[:, None, None])
        return d_x, d_beta, d_gamma


class TrainingBackwardAfterEvaluation(BatchNorm2d):
    """`backward` always uses the formula of training.

    After an evaluation forward mean and variance are constants, and only `d_out * gamma / std` is
    left. It matters for saliency maps, adversarial examples and fine-tuning with frozen statistics.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        count = d_out.size // self.num_features
        d_x = scale * (d_out - (d_beta / count)[:, None, None] - self._x_hat * (d_gamma / count)[:, None, None])
        return d_x, d_gamma, d_beta


class EvaluationLeavesOldCache(BatchNorm2d):
    """`backward` after an evaluation forward works with what the last training forward left.

    The evaluation branch returns early and remembers nothing. `backward` belongs to the last
    forward, whatever its mode was.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        if training or self._x_hat.shape != x.shape:
            self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class ParametersCachedOnce(BatchNorm2d):
    """gamma and beta are read in the constructor and never again.

    A copy made at the start misses every later change: the optimiser assigns or changes
    `layer.gamma`, and forward has to read it on each call.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        if num_features < 1:
            raise ValueError(f"num_features must be at least 1, got {num_features}")
        if eps < 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be between 0 and 1, got {momentum}")
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self._start = self.gamma.copy(), self.beta.copy()
        self._training = True
        self._inv_std = np.ones(num_features)
        self._x_hat = np.zeros((0, num_features, 0, 0))

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        gamma, beta = self._start
        out: np.ndarray = gamma[:, None, None] * x_hat + beta[:, None, None]
        return out


class GradientsAccumulate(BatchNorm2d):
    """`d_gamma` and `d_beta` add up over calls.

    PyTorch adds gradients up in `.grad` until they are zeroed, but what `backward` returns belongs
    to one call.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        if num_features < 1:
            raise ValueError(f"num_features must be at least 1, got {num_features}")
        if eps < 0:
            raise ValueError(f"eps must not be negative, got {eps}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be between 0 and 1, got {momentum}")
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self._sums = np.zeros(num_features), np.zeros(num_features)
        self._training = True
        self._inv_std = np.ones(num_features)
        self._x_hat = np.zeros((0, num_features, 0, 0))

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        total = self._sums[0] + d_gamma, self._sums[1] + d_beta
        self._sums = total
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, *total
        count = d_out.size // self.num_features
        d_x = scale * (d_out - (d_beta / count)[:, None, None] - self._x_hat * (d_gamma / count)[:, None, None])
        return d_x, *total


class ChangesInput(BatchNorm2d):
    """`forward` normalises x in place.

    `x -= mean` saves an array and destroys the caller's: the layer before has often remembered that
    very array for its own backward pass.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x -= mean[:, None, None]
        x *= inv_std[:, None, None]
        x_hat = x
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]


class ChangesGradient(BatchNorm2d):
    """`backward` writes into `d_out`.

    `d_out *= gamma` turns the gradient of the output into that of `x_hat`, in an array that belongs
    to the caller, who may need it for another branch of the network.
    """

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        count = d_out.size // self.num_features
        d_out *= scale
        along = self._x_hat * (self.gamma * self._inv_std * d_gamma / count)[:, None, None]
        d_x = d_out - (self.gamma * self._inv_std * d_beta / count)[:, None, None] - along
        return d_x, d_gamma, d_beta


class SharedCache(BatchNorm2d):
    """What `backward` needs is kept on the class, so all layers share it.

    That works as long as the network has one such layer. With two, the second forward overwrites
    what the first layer has to remember.
    """

    _shared: tuple[bool, np.ndarray, np.ndarray] = True, np.ones(0), np.ones(0)

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"x must have the shape (N, {self.num_features}, H, W), got {x.shape}")
        x = np.asarray(x, dtype=np.float64)
        count = x.size // self.num_features
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        SharedCache._shared = training, inv_std, x_hat
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        self._training, self._inv_std, self._x_hat = SharedCache._shared
        if d_out.shape != self._x_hat.shape:
            raise ValueError(f"d_out must have the shape {self._x_hat.shape}, got {d_out.shape}")
        d_gamma = (d_out * self._x_hat).sum(axis=(0, 2, 3))
        d_beta = d_out.sum(axis=(0, 2, 3))
        scale = (self.gamma * self._inv_std)[:, None, None]
        if not self._training:
            return d_out * scale, d_gamma, d_beta
        count = d_out.size // self.num_features
        d_x = scale * (d_out - (d_beta / count)[:, None, None] - self._x_hat * (d_gamma / count)[:, None, None])
        return d_x, d_gamma, d_beta


class AcceptsWrongWidth(BatchNorm2d):
    """The number of channels is not checked.

    With one channel in x, broadcasting makes `num_features` of it without a word, and the next layer
    gets an array of an unexpected shape.
    """

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        x = np.asarray(x, dtype=np.float64)
        count = x.size // x.shape[1]
        if training and count < 2:
            raise ValueError(f"x must have two or more values a channel, got the shape {x.shape}")
        mean, var = self.running_mean, self.running_var
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
            keep, unbiased = 1 - self.momentum, var * (count / (count - 1))
            self.running_mean = keep * self.running_mean + self.momentum * mean
            self.running_var = keep * self.running_var + self.momentum * unbiased
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean[:, None, None]) * inv_std[:, None, None]
        self._training, self._inv_std, self._x_hat = training, inv_std, x_hat
        return self.gamma[:, None, None] * x_hat + self.beta[:, None, None]
