"""A small GPT: token and position tables, transformer blocks, a final norm and a head tied to the token table."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

_erf = np.vectorize(math.erf, otypes=[float])
_Backward = Callable[[np.ndarray], Any]


class GPT:
    """A decoder-only language model, trained by hand-written gradients.

        x      = tokens[ids] + positions[:T]
        x      = block(x)                       for each block: pre-norm, causal attention, exact GELU
        logits = norm(x) @ tokens^T             the head is tied to the token table

    Attributes:
        params: the parameters, read at every call: `tokens` `(V, E)`, `positions` `(context, E)`, for each block b
            `blocks.b.` and then `gamma1`, `beta1` `(E,)`, `w_q`, `w_k`, `w_v`, `w_o` `(E, E)`, `gamma2`, `beta2`
            `(E,)`, `w1` `(E, 4E)`, `b1` `(4E,)`, `w2` `(4E, E)`, `b2` `(E,)`; `gamma`, `beta` `(E,)` of the final norm.
    """

    def __init__(
        self,
        vocab_size: int,
        context: int,
        embed_dim: int,
        num_heads: int,
        num_layers: int,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Draw tables and weights from N(0, 0.02^2), standard deviation 0.02; biases and betas 0, gammas 1.

        Args:
            vocab_size: number of tokens V.
            context: the longest sequence that the model reads.
            embed_dim: features E.
            num_heads: number of heads in each block; it divides embed_dim.
            num_layers: number of blocks.
            rng: where the parameters are drawn from; None means `np.random.default_rng()`.
        """
        rng = np.random.default_rng() if rng is None else rng
        self.context, self.num_heads, self.num_layers = context, num_heads, num_layers
        e, h = embed_dim, 4 * embed_dim
        block = {"gamma1": (e,), "beta1": (e,), "w_q": (e, e), "w_k": (e, e), "w_v": (e, e), "w_o": (e, e)}
        block |= {"gamma2": (e,), "beta2": (e,), "w1": (e, h), "b1": (h,), "w2": (h, e), "b2": (e,)}
        shapes: dict[str, tuple[int, ...]] = {"tokens": (vocab_size, e), "positions": (context, e)}
        shapes |= {f"blocks.{b}.{name}": shape for b in range(num_layers) for name, shape in block.items()}
        shapes |= {"gamma": (e,), "beta": (e,)}
        self.params: dict[str, np.ndarray] = {}
        for name, shape in shapes.items():
            self.params[name] = rng.normal(0.0, 0.02, shape) if len(shape) == 2 else np.full(shape, float("gamma" in name))

    def logits(self, ids: np.ndarray) -> np.ndarray:
        """Return, for each place, the scores of the token that comes next.

        Shape:
            ids `(N, T)` integers, 1 <= T <= context; result `(N, T, V)`.

        Raises:
            ValueError: T is outside 1..context, or an id outside 0..V-1.
        """
        return self._forward(ids)[0]

    def loss(self, ids: np.ndarray, targets: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        """Return the mean cross-entropy over all N * T places, and its gradients.

        Args:
            ids: the tokens.
            targets: the token that follows each of them; the caller has shifted them.

        Shape:
            ids and targets `(N, T)` integers; the gradients have the keys and shapes of `params`.

        Raises:
            ValueError: T is outside 1..context, or an id or a target outside 0..V-1.
        """
        self._check_ids("targets", targets)
        logits, backward = self._forward(ids)
        # loss = -mean over n, t of log p[n, t, target],  d_logits = (p - onehot) / (N T)
        shifted = logits - logits.max(axis=-1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        n, t = np.indices(targets.shape)
        d_logits = np.exp(log_p)
        d_logits[n, t, targets] -= 1
        return float(-log_p[n, t, targets].mean()), backward(d_logits / targets.size)

    def generate(
        self, ids: np.ndarray, length: int, temperature: float = 0.0, rng: np.random.Generator | None = None
    ) -> np.ndarray:
        """Continue each sequence by `length` tokens, one at a time; the model sees the last `context` tokens.

        Args:
            ids: the beginnings.
            length: how many tokens to add.
            temperature: 0 takes the most probable token, the first at a tie; otherwise the token is drawn
                from `softmax(logits / temperature)`.
            rng: where tokens are drawn from; None means `np.random.default_rng()`.

        Shape:
            ids `(N, T)` integers, result `(N, T + length)` integers.

        Raises:
            ValueError: length or temperature is negative.
        """
        if length < 0:
            raise ValueError(f"length must not be negative, got {length}")
        if temperature < 0:
            raise ValueError(f"temperature must not be negative, got {temperature}")
        rng = np.random.default_rng() if rng is None else rng
        for _ in range(length):
            last = self.logits(ids[:, -self.context :])[:, -1]
            if temperature > 0:
                # the place of the maximum of z + Gumbel noise is a draw from softmax(z)
                last = last / temperature + rng.gumbel(size=last.shape)
            ids = np.concatenate([ids, last.argmax(axis=-1)[:, None]], axis=1)
        return ids

    def _forward(self, ids: np.ndarray) -> tuple[np.ndarray, _Backward]:
        if not 1 <= ids.shape[1] <= self.context:
            raise ValueError(f"ids must have 1..{self.context} tokens a row, got {ids.shape[1]}")
        self._check_ids("ids", ids)
        p, layers = self.params, []
        # x = tokens[ids] + positions[:T]
        x = p["tokens"][ids] + p["positions"][: ids.shape[1]]
        for b in range(self.num_layers):
            prefix = f"blocks.{b}."
            block = {name.removeprefix(prefix): value for name, value in p.items() if name.startswith(prefix)}
            x, attention_backward = _attention(x, block, self.num_heads)
            x, mlp_backward = _mlp(x, block)
            layers += [(prefix, attention_backward), (prefix, mlp_backward)]
        normed, norm_backward = _norm(x, p["gamma"], p["beta"])

        def backward(d_logits: np.ndarray) -> dict[str, np.ndarray]:
            # logits = normed tokens^T
            grads = {"tokens": _over_tokens(d_logits, normed), "positions": np.zeros_like(p["positions"])}
            d_x, grads["gamma"], grads["beta"] = norm_backward(d_logits @ p["tokens"])
            for prefix, layer_backward in reversed(layers):
                d_x, layer_grads = layer_backward(d_x)
                grads |= {prefix + name: grad for name, grad in layer_grads.items()}
            # x = tokens[ids] + positions[:T]: a repeated id collects every place, and the head on top
            np.add.at(grads["tokens"], ids, d_x)
            grads["positions"][: ids.shape[1]] = d_x.sum(axis=0)
            return grads

        return normed @ p["tokens"].T, backward

    def _check_ids(self, name: str, ids: np.ndarray) -> None:
        vocab_size = len(self.params["tokens"])
        if np.any(ids < 0) or np.any(ids >= vocab_size):
            raise ValueError(f"{name} must lie in 0..{vocab_size - 1}, got {ids}")


def _attention(x: np.ndarray, p: dict[str, np.ndarray], num_heads: int) -> tuple[np.ndarray, _Backward]:
    """out = x + attention(norm1(x)), causal"""
    normed, norm_backward = _norm(x, p["gamma1"], p["beta1"])
    q, k, v = (_split(normed @ p[name], num_heads) for name in ("w_q", "w_k", "w_v"))
    # weights = softmax(q k^T / sqrt(D)), over the keys up to the query's own place
    scale = 1 / math.sqrt(q.shape[-1])
    causal = np.tri(x.shape[1], dtype=bool)
    weights = _softmax(np.where(causal, q @ k.swapaxes(-1, -2) * scale, -np.inf))
    heads = _merge(weights @ v)

    def backward(d_out: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        grads = {"w_o": _over_tokens(heads, d_out)}
        # heads = weights v
        d_heads = _split(d_out @ p["w_o"].T, num_heads)
        d_v = _merge(weights.swapaxes(-1, -2) @ d_heads)
        d_weights = d_heads @ v.swapaxes(-1, -2)
        # softmax: d_s[j] = w[j] (d_w[j] - <d_w, w>)
        d_scores = weights * (d_weights - (d_weights * weights).sum(axis=-1, keepdims=True))
        d_q = _merge(d_scores @ k) * scale
        d_k = _merge(d_scores.swapaxes(-1, -2) @ q) * scale
        # q = normed w_q, k = normed w_k, v = normed w_v
        grads |= {"w_q": _over_tokens(normed, d_q), "w_k": _over_tokens(normed, d_k), "w_v": _over_tokens(normed, d_v)}
        d_normed = d_q @ p["w_q"].T + d_k @ p["w_k"].T + d_v @ p["w_v"].T
        d_x, grads["gamma1"], grads["beta1"] = norm_backward(d_normed)
        return d_out + d_x, grads

    return x + heads @ p["w_o"], backward


def _mlp(x: np.ndarray, p: dict[str, np.ndarray]) -> tuple[np.ndarray, _Backward]:
    """out = x + gelu(norm2(x) @ w1 + b1) @ w2 + b2"""
    normed, norm_backward = _norm(x, p["gamma2"], p["beta2"])
    a = normed @ p["w1"] + p["b1"]
    # gelu(a) = a Phi(a), Phi(a) = (1 + erf(a / sqrt(2))) / 2
    phi = (1 + _erf(a / math.sqrt(2))) / 2

    def backward(d_out: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        grads = {"w2": _over_tokens(a * phi, d_out), "b2": d_out.sum(axis=(0, 1))}
        # gelu'(a) = Phi(a) + a exp(-a^2 / 2) / sqrt(2 pi)
        d_a = d_out @ p["w2"].T * (phi + a * np.exp(-(a**2) / 2) / math.sqrt(2 * math.pi))
        grads |= {"w1": _over_tokens(normed, d_a), "b1": d_a.sum(axis=(0, 1))}
        d_x, grads["gamma2"], grads["beta2"] = norm_backward(d_a @ p["w1"].T)
        return d_out + d_x, grads

    return x + a * phi @ p["w2"] + p["b2"], backward


def _norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, _Backward]:
    inv_std = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    x_hat = (x - x.mean(axis=-1, keepdims=True)) * inv_std

    def backward(d_out: np.ndarray) -> tuple[np.ndarray, ...]:
        # d_x = (d_hat - mean(d_hat) - x_hat * mean(d_hat * x_hat)) / std
        d_hat = d_out * gamma
        d_x = inv_std * (d_hat - d_hat.mean(axis=-1, keepdims=True) - x_hat * (d_hat * x_hat).mean(axis=-1, keepdims=True))
        return d_x, (d_out * x_hat).sum(axis=(0, 1)), d_out.sum(axis=(0, 1))

    return gamma * x_hat + beta, backward


def _softmax(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _split(x: np.ndarray, num_heads: int) -> np.ndarray:
    """(N, T, E) -> (N, heads, T, D)"""
    return x.reshape(len(x), x.shape[1], num_heads, x.shape[2] // num_heads).transpose(0, 2, 1, 3)


def _merge(heads: np.ndarray) -> np.ndarray:
    """(N, heads, T, D) -> (N, T, E)"""
    return heads.transpose(0, 2, 1, 3).reshape(len(heads), heads.shape[2], heads.shape[1] * heads.shape[3])


def _over_tokens(x: np.ndarray, d_out: np.ndarray) -> np.ndarray:
    """The gradient of w in `x @ w`: x^T d_out, summed over batch and time."""
    return np.tensordot(x, d_out, axes=((0, 1), (0, 1)))
