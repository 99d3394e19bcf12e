"""gpt-classifier against a network of PyTorch's layers with a linear head, and its autograd."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.gpt_classifier import GPT

Arrays = dict[str, np.ndarray]
VOCAB, CONTEXT, EMBED_DIM, HEADS, LAYERS = 5, 4, 4, 2, 2
SIZES = (VOCAB, CONTEXT, EMBED_DIM, HEADS, LAYERS)


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Sequences of unequal lengths."""
    params = {name: 0.5 * rng.normal(size=value.shape) for name, value in GPT(*SIZES).params.items()}
    given = {"ids": np.array([[0, 3, 0], [1, 1, 4]]), "lengths": np.array([3, 1]), "labels": np.array([2, 0])}
    return {"plain": params | given | {"head": rng.normal(size=(EMBED_DIM, 3)), "bias": rng.normal(size=3)}}


def hidden_by_torch(torch: Any, p: dict[str, Any], ids: Any) -> Any:
    """The final norm's output, of PyTorch's own layers."""
    functional = torch.nn.functional
    hidden = functional.embedding(ids, p["tokens"]) + p["positions"][: ids.shape[1]]
    for b in range(LAYERS):
        block = {name.split(".")[-1]: value for name, value in p.items() if name.startswith(f"blocks.{b}.")}
        normed = functional.layer_norm(hidden, (EMBED_DIM,), block["gamma1"], block["beta1"])
        q, k, v = ((normed @ block[name]).unflatten(-1, (HEADS, -1)).transpose(1, 2) for name in ("w_q", "w_k", "w_v"))
        heads = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        hidden = hidden + heads.transpose(1, 2).flatten(-2) @ block["w_o"]
        normed = functional.layer_norm(hidden, (EMBED_DIM,), block["gamma2"], block["beta2"])
        hidden = hidden + functional.gelu(normed @ block["w1"] + block["b1"]) @ block["w2"] + block["b2"]
    return functional.layer_norm(hidden, (EMBED_DIM,), p["gamma"], p["beta"])


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    p = {name: torch.tensor(value) for name, value in arrays.items()}
    head, bias = p["head"].requires_grad_(), p["bias"].requires_grad_()
    last = hidden_by_torch(torch, p, p["ids"])[torch.arange(2), p["lengths"] - 1]
    scores = last @ head + bias
    loss = torch.nn.functional.cross_entropy(scores, p["labels"])
    loss.backward()
    return {"scores": scores, "loss": loss, "d_head": head.grad, "d_bias": bias.grad}


def by_reference(arrays: Arrays) -> Arrays:
    model = GPT(*SIZES)
    model.params = {name: arrays[name] for name in model.params}
    ids, lengths, labels, head, bias = (arrays[name] for name in ("ids", "lengths", "labels", "head", "bias"))
    loss, d_head, d_bias = model.head_loss(ids, lengths, labels, head, bias)
    scores = model.classify(ids, lengths, head, bias)
    return {"scores": scores, "loss": np.asarray(loss), "d_head": d_head, "d_bias": d_bias}
