"""gpt against a network of PyTorch's layers: embeddings, pre-norm encoder layers with a causal mask, a tied head."""

from __future__ import annotations

from typing import Any

import numpy as np

from reference.gpt import GPT

Arrays = dict[str, np.ndarray]
VOCAB, CONTEXT, EMBED_DIM, HEADS, LAYERS = 5, 4, 4, 2, 2
SIZES = (VOCAB, CONTEXT, EMBED_DIM, HEADS, LAYERS)


def cases(rng: np.random.Generator) -> dict[str, Arrays]:
    """Sequences shorter than the context, with repeated tokens and one that never occurs."""
    params = {name: 0.5 * rng.normal(size=value.shape) for name, value in GPT(*SIZES).params.items()}
    ids = np.array([[0, 3, 0], [1, 1, 3]])
    return {"plain": params | {"ids": ids, "targets": rng.integers(0, VOCAB, size=ids.shape)}}


def by_torch(torch: Any, arrays: Arrays) -> dict[str, Any]:
    p = {name: torch.tensor(value, requires_grad=True) for name, value in arrays.items() if name not in ("ids", "targets")}
    ids, targets = torch.tensor(arrays["ids"]), torch.tensor(arrays["targets"])
    functional, length = torch.nn.functional, ids.shape[1]
    hidden = functional.embedding(ids, p["tokens"]) + p["positions"][:length]
    for b in range(LAYERS):
        block = {name.split(".")[-1]: value for name, value in p.items() if name.startswith(f"blocks.{b}.")}
        normed = functional.layer_norm(hidden, (EMBED_DIM,), block["gamma1"], block["beta1"])
        q, k, v = ((normed @ block[name]).unflatten(-1, (HEADS, -1)).transpose(1, 2) for name in ("w_q", "w_k", "w_v"))
        heads = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        hidden = hidden + heads.transpose(1, 2).flatten(-2) @ block["w_o"]
        normed = functional.layer_norm(hidden, (EMBED_DIM,), block["gamma2"], block["beta2"])
        hidden = hidden + functional.gelu(normed @ block["w1"] + block["b1"]) @ block["w2"] + block["b2"]
    logits = functional.layer_norm(hidden, (EMBED_DIM,), p["gamma"], p["beta"]) @ p["tokens"].T
    loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    loss.backward()
    return {"logits": logits, "loss": loss} | {f"d_{name}": value.grad for name, value in p.items()}


def by_reference(arrays: Arrays) -> Arrays:
    model = GPT(*SIZES)
    model.params = {name: arrays[name] for name in model.params}
    loss, grads = model.loss(arrays["ids"], arrays["targets"])
    values = {"logits": model.logits(arrays["ids"]), "loss": np.asarray(loss)}
    return values | {f"d_{name}": grad for name, grad in grads.items()}
