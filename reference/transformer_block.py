"""A transformer block: attention and a small network, each normalised first and added to what came in."""

from __future__ import annotations

import math

import numpy as np

_erf = np.vectorize(math.erf, otypes=[float])


class TransformerBlock:
    """Pre-norm, as in GPT-2 and everything after it.

        y   = x + attention(norm1(x))
        out = y + mlp(norm2(y))

        norm(x)      = gamma * (x - mean) / sqrt(var + 1e-5) + beta      over the features, biased variance
        attention(x) = (head 0 | head 1 | ...) @ w_o,  head = softmax(q @ k^T / sqrt(D)) @ v
        mlp(x)       = gelu(x @ w1 + b1) @ w2 + b2,    gelu(a) = a * Phi(a)

    Attributes:
        params: the parameters, read at every call: `gamma1`, `beta1` `(E,)`, `w_q`, `w_k`, `w_v`, `w_o` `(E, E)`,
            `gamma2`, `beta2` `(E,)`, `w1` `(E, H)`, `b1` `(H,)`, `w2` `(H, E)`, `b2` `(E,)`.
    """

    def __init__(
        self, embed_dim: int, num_heads: int, hidden_dim: int | None = None, rng: np.random.Generator | None = None
    ) -> None:
        """Draw the weights from N(0, 0.02^2), standard deviation 0.02; set biases and betas to 0, gammas to 1.

        Args:
            embed_dim: features E.
            num_heads: number of heads; head h owns the columns `h*D : (h+1)*D` of q, k and v, D = E / num_heads.
            hidden_dim: hidden features H of the mlp; None means 4 * embed_dim.
            rng: where the weights are drawn from; None means `np.random.default_rng()`.

        Raises:
            ValueError: embed_dim is not a multiple of num_heads; the message names both and their values.
        """
        if embed_dim % num_heads != 0:
            raise ValueError(f"embed_dim must be a multiple of num_heads, got {embed_dim} and {num_heads}")
        rng = np.random.default_rng() if rng is None else rng
        e, h = embed_dim, 4 * embed_dim if hidden_dim is None else hidden_dim
        self.num_heads, self.head_dim = num_heads, embed_dim // num_heads
        self.params = {"gamma1": np.ones(e), "beta1": np.zeros(e)}
        self.params |= {name: rng.normal(0.0, 0.02, (e, e)) for name in ("w_q", "w_k", "w_v", "w_o")}
        self.params |= {"gamma2": np.ones(e), "beta2": np.zeros(e), "w1": rng.normal(0.0, 0.02, (e, h)), "b1": np.zeros(h)}
        self.params |= {"w2": rng.normal(0.0, 0.02, (h, e)), "b2": np.zeros(e)}

    def forward(self, x: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
        """Return the block's output and remember what `backward` needs.

        Args:
            x: the input.
            mask: boolean, True where the query may attend to the key, the same for all heads; None allows
                everything. The attention of a query that may attend to nothing is 0.

        Shape:
            x `(N, T, E)`; the mask broadcasts to `(N, T, T)`; result `(N, T, E)`.

        Raises:
            ValueError: the mask is not boolean.
        """
        if mask is not None and mask.dtype != bool:
            raise ValueError(f"mask must be boolean, got {mask.dtype}")
        normed1, self._norm1 = _norm(x, self.params["gamma1"], self.params["beta1"])
        y = x + self._attention(normed1, mask)
        normed2, self._norm2 = _norm(y, self.params["gamma2"], self.params["beta2"])
        return y + self._mlp(normed2)

    def backward(self, d_out: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Return `(d_x, grads)`; the gradients of the parameters have their keys and are summed over the batch.

        Shape:
            d_out: `(N, T, E)`, the gradient of the loss with respect to the output of the last `forward`.
        """
        # out = y + mlp(norm2(y))
        d_normed2, grads = self._mlp_backward(d_out)
        d_y, grads["gamma2"], grads["beta2"] = _norm_backward(d_normed2, self.params["gamma2"], self._norm2)
        d_y += d_out
        # y = x + attention(norm1(x))
        d_normed1, attention_grads = self._attention_backward(d_y)
        d_x, grads["gamma1"], grads["beta1"] = _norm_backward(d_normed1, self.params["gamma1"], self._norm1)
        return d_x + d_y, grads | attention_grads

    def _attention(self, x: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
        q, k, v = (self._split(x @ self.params[name]) for name in ("w_q", "w_k", "w_v"))
        # scores = q k^T / sqrt(D), for each head
        scores = q @ k.swapaxes(-1, -2) / math.sqrt(self.head_dim)
        if mask is not None:
            allowed = np.broadcast_to(mask, (len(x), x.shape[1], x.shape[1]))
            scores = np.where(allowed[:, None], scores, -np.inf)
        # weights = e^(s - m) / sum(e^(s - m)) with m = max(s), so a sum below 1 is that of an empty row
        highest = scores.max(axis=-1, keepdims=True)
        e = np.exp(scores - np.where(highest == -np.inf, 0, highest))
        weights = e / np.maximum(e.sum(axis=-1, keepdims=True), 1)
        heads = self._merge(weights @ v)
        self._attended = x, q, k, v, weights, heads
        return heads @ self.params["w_o"]

    def _attention_backward(self, d_out: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        x, q, k, v, weights, heads = self._attended
        # heads = weights v
        d_heads = self._split(d_out @ self.params["w_o"].T)
        d_v = self._merge(weights.swapaxes(-1, -2) @ d_heads)
        d_weights = d_heads @ v.swapaxes(-1, -2)
        # softmax: d_s[j] = w[j] (d_w[j] - <d_w, w>)
        d_scores = weights * (d_weights - (d_weights * weights).sum(axis=-1, keepdims=True))
        # scores = q k^T / sqrt(D)
        d_q = self._merge(d_scores @ k) / math.sqrt(self.head_dim)
        d_k = self._merge(d_scores.swapaxes(-1, -2) @ q) / math.sqrt(self.head_dim)
        # q = x w_q, k = x w_k, v = x w_v, out = heads w_o
        grads = {"w_q": _over_tokens(x, d_q), "w_k": _over_tokens(x, d_k), "w_v": _over_tokens(x, d_v)}
        grads["w_o"] = _over_tokens(heads, d_out)
        return d_q @ self.params["w_q"].T + d_k @ self.params["w_k"].T + d_v @ self.params["w_v"].T, grads

    def _mlp(self, x: np.ndarray) -> np.ndarray:
        a = x @ self.params["w1"] + self.params["b1"]
        # gelu(a) = a Phi(a), Phi(a) = (1 + erf(a / sqrt(2))) / 2
        phi = (1 + _erf(a / math.sqrt(2))) / 2
        self._hidden = x, a, phi
        return a * phi @ self.params["w2"] + self.params["b2"]

    def _mlp_backward(self, d_out: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        x, a, phi = self._hidden
        # gelu'(a) = Phi(a) + a exp(-a^2 / 2) / sqrt(2 pi)
        density = np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi)
        d_a = d_out @ self.params["w2"].T * (phi + a * density)
        grads = {"w2": _over_tokens(a * phi, d_out), "b2": d_out.sum(axis=(0, 1))}
        grads |= {"w1": _over_tokens(x, d_a), "b1": d_a.sum(axis=(0, 1))}
        return d_a @ self.params["w1"].T, grads

    def _split(self, x: np.ndarray) -> np.ndarray:
        """(N, T, E) -> (N, heads, T, D)"""
        return x.reshape(len(x), x.shape[1], self.num_heads, self.head_dim).transpose(0, 2, 1, 3)

    def _merge(self, heads: np.ndarray) -> np.ndarray:
        """(N, heads, T, D) -> (N, T, E)"""
        return heads.transpose(0, 2, 1, 3).reshape(len(heads), heads.shape[2], self.num_heads * self.head_dim)


def _norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    inv_std = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    x_hat = (x - x.mean(axis=-1, keepdims=True)) * inv_std
    return gamma * x_hat + beta, (x_hat, inv_std)


def _norm_backward(d_out: np.ndarray, gamma: np.ndarray, cache: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    x_hat, inv_std = cache
    # d_x = (d_hat - mean(d_hat) - x_hat * mean(d_hat * x_hat)) / std
    d_hat = d_out * gamma
    d_x = inv_std * (d_hat - d_hat.mean(axis=-1, keepdims=True) - x_hat * (d_hat * x_hat).mean(axis=-1, keepdims=True))
    return d_x, (d_out * x_hat).sum(axis=(0, 1)), d_out.sum(axis=(0, 1))


def _over_tokens(x: np.ndarray, d_out: np.ndarray) -> np.ndarray:
    """The gradient of w in `x @ w`: x^T d_out, summed over batch and time."""
    return np.tensordot(x, d_out, axes=((0, 1), (0, 1)))
