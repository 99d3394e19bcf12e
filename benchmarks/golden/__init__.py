"""One file a kata: the cases that `benchmarks/torch_golden.py` computes with PyTorch and the tests with our reference.

A file `NAME.py` holds three functions, and imports nothing but NumPy and `reference.NAME`:

    cases(rng) -> {case: arrays}             the inputs of every case, small, drawn from rng
    by_torch(torch, arrays) -> arrays        outputs and gradients as PyTorch computes them, in float64
    by_reference(arrays) -> arrays           the same under the same names, from the reference

`by_torch` builds on PyTorch's own layer or function where it has one, and on its autograd always, so that
the two sides share no formula. Parameters are inputs too: neither side draws any.
"""
