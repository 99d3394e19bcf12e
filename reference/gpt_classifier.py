"""A small GPT as a classifier: a linear head on the last token of each sequence, trained while the model is frozen."""

from __future__ import annotations

import math

import numpy as np

_erf = np.vectorize(math.erf, otypes=[float])


class GPT:
    """A decoder-only language model whose last hidden state feeds a head with one score a class.

        hidden = norm(blocks(tokens[ids] + positions[:T]))      pre-norm, causal attention, exact GELU
        scores = hidden[n, lengths[n] - 1] @ head + bias

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

    def classify(self, ids: np.ndarray, lengths: np.ndarray, head: np.ndarray, bias: np.ndarray) -> np.ndarray:
        """Return the score of each class for each sequence.

        Args:
            ids: the sequences, padded on the right with any ids.
            lengths: how many tokens of each are real.
            head: weights of the classes.
            bias: biases of the classes.

        Shape:
            ids `(N, T)` integers, lengths `(N,)` integers, head `(E, C)`, bias `(C,)`; result `(N, C)`.

        Raises:
            ValueError: T is outside 1..context, an id outside 0..V-1, or a length outside 1..T.
        """
        return self._last_hidden(ids, lengths) @ head + bias

    def head_loss(
        self, ids: np.ndarray, lengths: np.ndarray, labels: np.ndarray, head: np.ndarray, bias: np.ndarray
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the mean cross-entropy over the sequences, and the gradients of head and bias: the model is frozen.

        Args:
            ids: the sequences, padded on the right with any ids.
            lengths: how many tokens of each are real.
            labels: the class of each sequence.
            head: weights of the classes.
            bias: biases of the classes.

        Shape:
            labels `(N,)` integers, others as for `classify`; the gradients have the shapes of head and bias.

        Raises:
            ValueError: as for `classify`, or a label is outside 0..C-1.
        """
        if np.any(labels < 0) or np.any(labels >= len(bias)):
            raise ValueError(f"labels must lie in 0..{len(bias) - 1}, got {labels}")
        hidden = self._last_hidden(ids, lengths)
        scores = hidden @ head + bias
        # loss = -mean over n of log p[n, label],  d_scores = (p - onehot) / N
        shifted = scores - scores.max(axis=-1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        rows = np.arange(len(labels))
        d_scores = np.exp(log_p)
        d_scores[rows, labels] -= 1
        d_scores /= len(labels)
        return float(-log_p[rows, labels].mean()), hidden.T @ d_scores, d_scores.sum(axis=0)

    def _last_hidden(self, ids: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """The final norm's output at the last real token of each sequence, (N, E)."""
        p, t = self.params, ids.shape[1]
        if not 1 <= t <= self.context:
            raise ValueError(f"ids must have 1..{self.context} tokens a row, got {t}")
        if np.any(ids < 0) or np.any(ids >= len(p["tokens"])):
            raise ValueError(f"ids must lie in 0..{len(p['tokens']) - 1}, got {ids}")
        if np.any(lengths < 1) or np.any(lengths > t):
            raise ValueError(f"lengths must lie in 1..{t}, got {lengths}")
        x = p["tokens"][ids] + p["positions"][:t]
        for b in range(self.num_layers):
            prefix = f"blocks.{b}."
            block = {name.removeprefix(prefix): value for name, value in p.items() if name.startswith(prefix)}
            x = x + _attention(_norm(x, block["gamma1"], block["beta1"]), block, self.num_heads)
            x = x + _mlp(_norm(x, block["gamma2"], block["beta2"]), block)
        # causal: the last real token has seen all the others, and no padding
        last = x[np.arange(len(ids)), lengths - 1]
        return _norm(last, p["gamma"], p["beta"])


def _attention(x: np.ndarray, p: dict[str, np.ndarray], num_heads: int) -> np.ndarray:
    q, k, v = (_split(x @ p[name], num_heads) for name in ("w_q", "w_k", "w_v"))
    causal = np.tri(x.shape[1], dtype=bool)
    scores = np.where(causal, q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1]), -np.inf)
    return np.asarray(_merge(_softmax(scores) @ v) @ p["w_o"])


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
