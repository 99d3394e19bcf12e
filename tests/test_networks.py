"""What hidden tests of networks share: all gradients at once against the network's own loss, and how parameters get in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from harness.sandbox.local import LocalBackend
from harness.sandbox.proxy import RemoteObject, Solution
from harness.testing import CheckFailed, assert_keys, assert_network_gradients, assign_params, redrawn, replace

X, T = np.random.default_rng(0).normal(size=(2, 6, 3))


class Net:
    """Two linear layers of one width, with the loss sum((x @ first @ second - t)**2) / 2."""

    def __init__(self) -> None:
        self.params = {"first": np.zeros((3, 3)), "second": np.zeros((3, 3))}

    def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
        first, second = self.params["first"], self.params["second"]
        error = x @ first @ second - t
        return float(np.sum(error**2) / 2), self.named(x.T @ error @ second.T, (x @ first).T @ error)

    def named(self, d_first: np.ndarray, d_second: np.ndarray) -> dict[str, np.ndarray]:
        return {"first": d_first, "second": d_second}


class Swapped(Net):
    """Its gradients stand under each other's keys."""

    def named(self, d_first: np.ndarray, d_second: np.ndarray) -> dict[str, np.ndarray]:
        return {"first": d_second, "second": d_first}


class Halved(Net):
    """One gradient is half of what it should be."""

    def named(self, d_first: np.ndarray, d_second: np.ndarray) -> dict[str, np.ndarray]:
        return {"first": d_first, "second": d_second / 2}


class Lost(Net):
    """One gradient is missing."""

    def named(self, d_first: np.ndarray, d_second: np.ndarray) -> dict[str, np.ndarray]:
        return {"first": d_first}


def remote(kind: type[Net]) -> RemoteObject:
    """A network of the solution's, in this process."""
    return Solution(LocalBackend({"Net": kind}), "net.py").Net()


def check(kind: type[Net], names: tuple[str, ...] = (), directions: int = 20) -> None:
    """Compare the gradients of a network with its own loss."""
    net, rng = remote(kind), np.random.default_rng(1)
    start = redrawn(rng, Net().params)

    def at(values: Mapping[str, np.ndarray]) -> Any:
        assign_params(values, net)
        return net.loss(X, T)

    assert_network_gradients(lambda values: at(values)[0], lambda _: at(start)[1], start, rng, names, directions)


def test_correct_gradients_pass() -> None:
    check(Net)
    check(Net, ("first",))


@pytest.mark.parametrize("kind", [Swapped, Halved])
def test_one_direction_over_all_parameters_finds_any_wrong_gradient(kind: type[Net]) -> None:
    with pytest.raises(CheckFailed, match="the gradient of all parameters is not the derivative of your own forward"):
        check(kind, directions=1)


def test_only_the_named_parameter_is_judged_and_located() -> None:
    check(Halved, ("first",))
    with pytest.raises(CheckFailed, match=r"the gradient of second: 9 of 9 values are wrong; the worst is \[\d, \d\]"):
        check(Halved, ("second",))


def test_missing_gradient_is_named() -> None:
    with pytest.raises(CheckFailed, match=r"^the keys of the gradients are wrong: second missing$"):
        check(Lost)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": 1, "c": 2}, "the keys of params are wrong: b missing; c unknown"),
        (None, "params is None (is a return missing?), expected a dict"),
    ],
)
def test_keys(value: Any, message: str) -> None:
    with pytest.raises(CheckFailed, match=f"^{re.escape(message)}$"):
        assert_keys(value, ("a", "b"), "params")


def test_parameters_are_written_into_or_replaced() -> None:
    net, ours = remote(Net), Net()
    values = redrawn(np.random.default_rng(2), ours.params)
    held = ours.params["first"]
    for change in ({}, {"change": replace}):
        assign_params(values, net, ours, **change)
        assert all(np.array_equal(net.params[name], value) for name, value in values.items())
    assert np.array_equal(ours.params["first"], values["first"])
    assert ours.params["first"] is not values["first"]
    assert not held.any()
