"""One sequence at a time, cut to its length: there is no padding left to think of."""

import math

import numpy as np

erf = np.vectorize(math.erf)


def norm(x, gamma, beta):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * gamma + beta


class GPT:
    def __init__(self, vocab_size, context, embed_dim, num_heads, num_layers, rng=None):
        rng = np.random.default_rng() if rng is None else rng
        self.context, self.heads, self.layers = context, num_heads, num_layers
        e = embed_dim
        names = {"tokens": (vocab_size, e), "positions": (context, e)}
        for b in range(num_layers):
            shapes = [(e,), (e,), (e, e), (e, e), (e, e), (e, e), (e,), (e,), (e, 4 * e), (4 * e,), (4 * e, e), (e,)]
            for name, shape in zip("gamma1 beta1 w_q w_k w_v w_o gamma2 beta2 w1 b1 w2 b2".split(), shapes, strict=True):
                names[f"blocks.{b}.{name}"] = shape
        names.update(gamma=(e,), beta=(e,))
        self.params = {}
        for name, shape in names.items():
            if len(shape) == 2:
                self.params[name] = 0.02 * rng.standard_normal(shape)
            else:
                self.params[name] = np.ones(shape) if "gamma" in name else np.zeros(shape)

    def summary(self, ids):
        """The hidden state of the last of some tokens, (E,)."""
        p, size = self.params, self.params["tokens"].shape[1] // self.heads
        x = p["tokens"][ids] + p["positions"][: len(ids)]
        for b in range(self.layers):
            w = {name.split(".")[2]: value for name, value in p.items() if name.startswith(f"blocks.{b}.")}
            y = norm(x, w["gamma1"], w["beta1"])
            outs = []
            for h in range(self.heads):
                part = slice(h * size, (h + 1) * size)
                scores = (y @ w["w_q"][:, part]) @ (y @ w["w_k"][:, part]).T / math.sqrt(size)
                scores[np.triu_indices(len(ids), 1)] = -np.inf
                e = np.exp(scores - scores.max(-1, keepdims=True))
                outs.append(e / e.sum(-1, keepdims=True) @ (y @ w["w_v"][:, part]))
            x = x + np.hstack(outs) @ w["w_o"]
            a = norm(x, w["gamma2"], w["beta2"]) @ w["w1"] + w["b1"]
            x = x + (a / 2 * (1 + erf(a / math.sqrt(2)))) @ w["w2"] + w["b2"]
        return norm(x[-1], p["gamma"], p["beta"])

    def summaries(self, ids, lengths):
        if ids.shape[1] == 0 or ids.shape[1] > self.context:
            raise ValueError(f"ids: {ids.shape[1]} tokens for a context of {self.context}")
        if ids.min() < 0 or ids.max() >= len(self.params["tokens"]):
            raise ValueError(f"ids outside the vocabulary: {ids}")
        if min(lengths) < 1 or max(lengths) > ids.shape[1]:
            raise ValueError(f"lengths {lengths} for rows of {ids.shape[1]}")
        return np.array([self.summary(row[:length]) for row, length in zip(ids, lengths, strict=True)])

    def classify(self, ids, lengths, head, bias):
        return self.summaries(ids, lengths) @ head + bias

    def head_loss(self, ids, lengths, labels, head, bias):
        for label in labels:
            if not 0 <= label < head.shape[1]:
                raise ValueError(f"labels: there is no class {label}")
        loss, d_head, d_bias = 0.0, np.zeros(head.shape), np.zeros(bias.shape)
        for hidden, label in zip(self.summaries(ids, lengths), labels, strict=True):
            scores = hidden @ head + bias
            total = scores.max() + math.log(np.exp(scores - scores.max()).sum())
            d = np.exp(scores - total)
            d[label] -= 1
            loss += (total - scores[label]) / len(labels)
            d_head += np.outer(hidden, d) / len(labels)
            d_bias += d / len(labels)
        return loss, d_head, d_bias
