"""How long the references take, compared with PyTorch, which need not be installed for anything else.

    python benchmarks/beside_torch.py [--seconds 1] [--readme]

One thread each. Every cell of the table is the reference's time in PyTorch's, forward or backward, in float64 or float32:
below 1 the reference is faster. Both are run in turn, and their fastest runs are compared. `--readme` writes the table into
README.md, between its two marks.
"""

from __future__ import annotations

from harness.sandbox.spawn import STEADY_MALLOC
from harness.sandbox.threads import use_one_thread

use_one_thread()  # before NumPy is imported, or it has no effect

import argparse
import importlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from harness.judge.timing import UNDISTURBED
from reference.attention import ScaledDotProductAttention
from reference.avgpool import AvgPool2d
from reference.batchnorm import BatchNorm2d
from reference.batchnorm1d import BatchNorm1d
from reference.conv2d import Conv2d
from reference.cross_entropy import CrossEntropyLoss
from reference.gelu import GELU
from reference.layernorm import LayerNorm
from reference.linear import Linear
from reference.maxpool import MaxPool2d
from reference.relu import ReLU
from reference.sigmoid import Sigmoid
from reference.softmax import Softmax
from reference.tanh import Tanh

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- beside PyTorch -->\n", "<!-- end beside PyTorch -->\n"
DTYPES = (np.float64, np.float32)
IMAGES, FEATURES = (16, 16, 32, 32), (256, 512)


class Case(NamedTuple):
    """One reference and its counterpart.

    Attributes:
        kata: its name.
        shape: of the input, or of each of several.
        layer: makes the reference.
        theirs: PyTorch's forward, from `torch.nn.functional`, the inputs and the reference's parameters as tensors.
        parameters: names of the reference's parameters, in the order in which `theirs` takes them.
        inputs: how many arrays of that shape it takes.
    """

    kata: str
    shape: tuple[int, ...]
    layer: Callable[[], Any]
    theirs: Callable[..., Any]
    parameters: tuple[str, ...] = ()
    inputs: int = 1

    @property
    def label(self) -> str:
        sizes = "×".join(map(str, self.shape))
        return f"{self.kata}, {sizes}" + (f", {len(self.layer().weight)} kernels" if self.kata == "conv2d" else "")


def _norm(f: Any, x: Any, gamma: Any, beta: Any) -> Any:
    return f.batch_norm(x, None, None, gamma, beta, training=True)


def _convolution(f: Any, x: Any, weight: Any, bias: Any) -> Any:
    return f.conv2d(x, weight, bias, padding=1)


CASES = (
    Case("linear", FEATURES, lambda: Linear(512, 256), lambda f, x, w, b: f.linear(x, w.T, b), ("weight", "bias")),
    Case("relu", IMAGES, ReLU, lambda f, x: f.relu(x)),
    Case("sigmoid", IMAGES, Sigmoid, lambda f, x: x.sigmoid()),
    Case("tanh", IMAGES, Tanh, lambda f, x: x.tanh()),
    Case("gelu", IMAGES, lambda: GELU("tanh"), lambda f, x: f.gelu(x, approximate="tanh")),
    Case("softmax", (256, 1000), Softmax, lambda f, x: f.softmax(x, dim=-1)),
    Case("cross-entropy", (256, 1000), CrossEntropyLoss, lambda f, x, labels: f.cross_entropy(x, labels)),
    Case("layernorm", FEATURES, lambda: LayerNorm(512), lambda f, x, g, b: f.layer_norm(x, (512,), g, b), ("gamma", "beta")),
    Case("batchnorm1d", FEATURES, lambda: BatchNorm1d(512), _norm, ("gamma", "beta")),
    Case("batchnorm", IMAGES, lambda: BatchNorm2d(16), _norm, ("gamma", "beta")),
    Case("maxpool", IMAGES, lambda: MaxPool2d(2), lambda f, x: f.max_pool2d(x, 2)),
    Case("avgpool", IMAGES, lambda: AvgPool2d(2), lambda f, x: f.avg_pool2d(x, 2)),
    Case("conv2d", (8, 16, 32, 32), lambda: Conv2d(16, 32, 3, padding=1), _convolution, ("weight", "bias")),
    Case("conv2d", (16, 64, 28, 28), lambda: Conv2d(64, 64, 3, padding=1), _convolution, ("weight", "bias")),
    Case(
        "attention",
        (8, 8, 128, 64),
        ScaledDotProductAttention,
        lambda f, q, k, v: f.scaled_dot_product_attention(q, k, v),
        inputs=3,
    ),
)


def ratios(torch: Any, case: Case, dtype: type, seconds: float) -> tuple[float, float]:
    """Time of the reference in PyTorch's: forward, and backward."""
    rng = np.random.default_rng(0)
    layer = case.layer()
    inputs: list[np.ndarray] = [rng.normal(size=case.shape).astype(dtype) for _ in range(case.inputs)]
    for name in case.parameters:
        setattr(layer, name, rng.normal(size=getattr(layer, name).shape).astype(dtype))
    differentiated = [torch.tensor(x, requires_grad=True) for x in inputs]
    parameters = [torch.tensor(getattr(layer, name), requires_grad=True) for name in case.parameters]
    labels = [rng.integers(case.shape[1], size=case.shape[0])] if case.kata == "cross-entropy" else []
    given = [*differentiated, *map(torch.tensor, labels), *parameters]

    def forward() -> Any:
        return case.theirs(torch.nn.functional, *given)

    out = layer.forward(*inputs, *labels)
    graph = forward()
    assert np.allclose(graph.detach().numpy(), out, rtol=1e-3, atol=1e-3), f"{case.label} is not what PyTorch computes"
    d_out = [] if labels else [rng.normal(size=out.shape).astype(dtype)]
    d_graph = torch.tensor(d_out[0]) if d_out else torch.ones((), dtype=graph.dtype)

    def backward() -> Any:
        return torch.autograd.grad(graph, [*differentiated, *parameters], d_graph, retain_graph=True)

    forward_ratio = compare(lambda: layer.forward(*inputs, *labels), forward, seconds / 2)
    return forward_ratio, compare(lambda: layer.backward(*d_out), backward, seconds / 2)


def compare(ours: Callable[[], object], theirs: Callable[[], object], seconds: float) -> float:
    """The ratio of the fastest runs of two actions that take turns."""
    ours(), theirs()
    times: list[tuple[float, float]] = []
    began = time.perf_counter()
    while len(times) < 10 or time.perf_counter() - began < seconds:
        laps = []
        for action in (ours, theirs):
            action()  # both with what they need in the cache
            lap = time.perf_counter()
            action()
            laps.append(time.perf_counter() - lap)
        times.append((laps[0], laps[1]))
    our_time, their_time = np.quantile(times, UNDISTURBED, axis=0)
    return float(our_time / their_time)


def table(torch: Any, seconds: float) -> str:
    """The table as Markdown."""
    lines = [
        "| reference / PyTorch | forward, float64 | backward, float64 | forward, float32 | backward, float32 |",
        "|---|---|---|---|---|",
    ]
    for case in CASES:
        cells = [f"{ratio:.2f}" for dtype in DTYPES for ratio in ratios(torch, case, dtype, seconds)]
        lines.append(f"| {case.label} | {' | '.join(cells)} |")
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each reference and dtype")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    arguments = parser.parse_args()
    if not STEADY_MALLOC.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **STEADY_MALLOC})  # read at the start only
    try:
        torch: Any = importlib.import_module("torch")
    except ModuleNotFoundError:
        sys.exit("PyTorch is not installed here; `pip install torch` into an environment of its own, and run this again.")
    torch.set_num_threads(1)
    found = table(torch, arguments.seconds)
    if arguments.readme:
        text = README.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        README.write_text(f"{before}{BEGIN}{found}{END}{after}", encoding="utf-8")
    else:
        print(found)


if __name__ == "__main__":
    main()
