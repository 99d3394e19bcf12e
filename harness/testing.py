"""What hidden tests are written with: the one module of the program that they import.

A hidden test drives the learner's solution through the `solution` fixture and judges what comes back with these functions
and contracts. CONTRIBUTING.md shows how; each piece is described where it is defined, in `harness/judge`.
"""

from __future__ import annotations

from harness.judge.assertions import (
    CheckFailed,
    assert_close,
    assert_dtype,
    assert_no_warnings,
    assert_shape,
    expect,
    gapped,
    read_only,
)
from harness.judge.contract import LAYOUTS, Forward, Gradient, Layouts, Robustness
from harness.judge.gradcheck import spread_signs
from harness.judge.gradients import assert_gradient, gradients
from harness.judge.layers import (
    Case,
    Layer,
    Loss,
    Run,
    assert_own_gradient,
    assert_reference_gradient,
    normal,
)
from harness.judge.networks import assert_keys, assert_network_gradients, assign_params, redrawn
from harness.judge.optimisers import (
    GradientLayouts,
    Optimiser,
    OptimiserPair,
    State,
    Update,
    optimiser_pair,
    random_params,
    random_steps,
)
from harness.judge.randomness import (
    DRAWS,
    StartsAt,
    StartsNormal,
    assert_frequencies,
    assert_honours_generator,
    assert_normal,
    by_properties,
    note,
)
from harness.judge.rejections import SHAPE_WORDS, Errors, Rejection, assert_rejects
from harness.judge.verdict import Cause
from harness.judge.watching import Watched, watches_inputs
from harness.judge.workloads import redraw
from harness.sandbox.errors import SolutionRaised
from harness.sandbox.proxy import RemoteObject, Solution, fetch, fill, kept, put, replace, stand_in
from harness.sandbox.transcript import unrecorded

__all__ = [
    "DRAWS",
    "LAYOUTS",
    "SHAPE_WORDS",
    "Case",
    "Cause",
    "CheckFailed",
    "Errors",
    "Forward",
    "Gradient",
    "GradientLayouts",
    "Layer",
    "Layouts",
    "Loss",
    "Optimiser",
    "OptimiserPair",
    "Rejection",
    "RemoteObject",
    "Robustness",
    "Run",
    "Solution",
    "SolutionRaised",
    "StartsAt",
    "StartsNormal",
    "State",
    "Update",
    "Watched",
    "assert_close",
    "assert_dtype",
    "assert_frequencies",
    "assert_gradient",
    "assert_honours_generator",
    "assert_keys",
    "assert_network_gradients",
    "assert_no_warnings",
    "assert_normal",
    "assert_own_gradient",
    "assert_reference_gradient",
    "assert_rejects",
    "assert_shape",
    "assign_params",
    "by_properties",
    "expect",
    "fetch",
    "fill",
    "gapped",
    "gradients",
    "kept",
    "normal",
    "note",
    "optimiser_pair",
    "put",
    "random_params",
    "random_steps",
    "read_only",
    "redraw",
    "redrawn",
    "replace",
    "spread_signs",
    "stand_in",
    "unrecorded",
    "watches_inputs",
]
