"""A small GPT that generates with a key-value cache: forward only."""

from __future__ import annotations

import math

import numpy as np

_erf = np.vectorize(math.erf, otypes=[float])


class GPT:
    """The forward pass of a decoder-only language model, whole or step by step.

        x      = tokens[ids] + positions[S : S + t]       S tokens are in the cache already
        x      = block(x)                                 for each block: pre-norm, causal attention, exact GELU
        logits = norm(x) @ tokens^T                       the head is tied to the token table

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
        return self.step(ids)[0]

    def step(self, ids: np.ndarray, cache: dict[str, np.ndarray] | None = None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Return the logits of the tokens that follow those in the cache, and the cache with them added.

        Args:
            ids: the new tokens.
            cache: keys `k` and values `v` of the tokens before them, which stays as it is; None means there are none.

        Shape:
            ids `(N, t)` integers, t >= 1; logits `(N, t, V)`; `k` and `v` `(num_layers, N, num_heads, S, D)` for S tokens.

        Raises:
            ValueError: t = 0, more than `context` tokens in all, or an id outside 0..V-1.
        """
        p, t = self.params, ids.shape[1]
        past = 0 if cache is None else cache["k"].shape[3]
        if not 1 <= t <= self.context - past:
            raise ValueError(f"ids must have 1..{self.context - past} tokens a row after {past} in the cache, got {t}")
        if np.any(ids < 0) or np.any(ids >= len(p["tokens"])):
            raise ValueError(f"ids must lie in 0..{len(p['tokens']) - 1}, got {ids}")
        x = p["tokens"][ids] + p["positions"][past : past + t]
        keys, values = [], []
        for b in range(self.num_layers):
            prefix = f"blocks.{b}."
            block = {name.removeprefix(prefix): value for name, value in p.items() if name.startswith(prefix)}
            old = (cache["k"][b], cache["v"][b]) if cache is not None else None
            attended, k, v = _attention(_norm(x, block["gamma1"], block["beta1"]), block, self.num_heads, old)
            x = x + attended
            x = x + _mlp(_norm(x, block["gamma2"], block["beta2"]), block)
            keys.append(k)
            values.append(v)
        return _norm(x, p["gamma"], p["beta"]) @ p["tokens"].T, {"k": np.stack(keys), "v": np.stack(values)}


def _attention(
    x: np.ndarray, p: dict[str, np.ndarray], num_heads: int, old: tuple[np.ndarray, np.ndarray] | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Causal attention of new tokens over old and new ones; also all keys and values, (N, heads, S, D)."""
    q, k, v = (_split(x @ p[name], num_heads) for name in ("w_q", "w_k", "w_v"))
    if old is not None:
        k, v = np.concatenate([old[0], k], axis=2), np.concatenate([old[1], v], axis=2)
    # new token i is token past + i of all, and sees the tokens up to itself
    past = k.shape[2] - q.shape[2]
    causal = np.tri(q.shape[2], k.shape[2], past, dtype=bool)
    scores = np.where(causal, q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1]), -np.inf)
    return _merge(_softmax(scores) @ v) @ p["w_o"], k, v


def _mlp(x: np.ndarray, p: dict[str, np.ndarray]) -> np.ndarray:
    a = x @ p["w1"] + p["b1"]
    # gelu(a) = a Phi(a)
    return np.asarray(a * (1 + _erf(a / math.sqrt(2))) / 2 @ p["w2"] + p["b2"])


def _norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> np.ndarray:
    centred = x - x.mean(axis=-1, keepdims=True)
    return gamma * centred / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5) + beta


def _softmax(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def _split(x: np.ndarray, num_heads: int) -> np.ndarray:
    """(N, T, E) -> (N, heads, T, D)"""
    return x.reshape(len(x), x.shape[1], num_heads, x.shape[2] // num_heads).transpose(0, 2, 1, 3)


def _merge(heads: np.ndarray) -> np.ndarray:
    """(N, heads, T, D) -> (N, T, E)"""
    return heads.transpose(0, 2, 1, 3).reshape(len(heads), heads.shape[2], heads.shape[1] * heads.shape[3])
