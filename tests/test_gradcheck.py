"""The gradient check against closed forms: it finds what is wrong, however small, and leaves alone what is right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from harness.judge.gradcheck import (
    Disagreement,
    Map,
    NotDifferentiable,
    directional_derivative,
    find_disagreement,
    numerical_gradient,
    recorded_errors,
    spread_signs,
)

MATRIX = np.random.default_rng(1).normal(size=(4, 3))

Pair = tuple[Map, Callable[[np.ndarray, np.ndarray], np.ndarray]]

# function, and (x, v) -> gradient of <v, f> at x
CLOSED_FORMS: dict[str, Pair] = {
    "square": (lambda x: x**2, lambda x, v: 2 * x * v),
    "exp": (np.exp, lambda x, v: v * np.exp(x)),
    "sin": (np.sin, lambda x, v: v * np.cos(x)),
    "tanh": (np.tanh, lambda x, v: v / np.cosh(x) ** 2),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), lambda x, v: v * np.exp(-x) / (1 + np.exp(-x)) ** 2),
    "linear map": (lambda x: x @ MATRIX, lambda x, v: v @ MATRIX.T),
    "mean": (lambda x: x.mean(axis=0), lambda x, v: np.broadcast_to(v, x.shape) / len(x)),
    "a number": (lambda x: float(np.sum(x**3)), lambda x, v: v * 3 * x**2),
    "product": (lambda x: np.prod(x, axis=1), lambda x, v: (v * np.prod(x, axis=1))[:, None] / x),
    "softmax": (lambda x: softmax(x), lambda x, v: softmax(x) * (v - np.sum(v * softmax(x), axis=1, keepdims=True))),
    "norm": (lambda x: np.sqrt(np.sum(x**2)), lambda x, v: v * x / np.sqrt(np.sum(x**2))),
    "constant": (lambda x: np.ones(4), lambda x, v: np.zeros(x.shape)),
    "cube of small": (lambda x: (x / 100) ** 3, lambda x, v: v * 3 * (x / 100) ** 2 / 100),
}


def softmax(x: np.ndarray) -> np.ndarray:
    powers: np.ndarray = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def point(rng: np.random.Generator, shape: tuple[int, ...] = (5, 4)) -> np.ndarray:
    return spread_signs(rng, shape)


@pytest.mark.parametrize("name", CLOSED_FORMS)
class TestClosedForms:
    def test_derivative_along_a_direction_lies_within_its_tolerance(self, name: str) -> None:
        f, gradient = CLOSED_FORMS[name]
        for seed in range(20):
            rng = np.random.default_rng(seed)
            x = point(rng)
            u, v = spread_signs(rng, x.shape), spread_signs(rng, np.shape(f(x)))
            estimate = directional_derivative(f, x, u, v)
            assert abs(estimate.value - np.sum(gradient(x, v) * u)) <= estimate.tolerance / 10

    def test_right_gradient_is_left_alone(self, name: str) -> None:
        f, gradient = CLOSED_FORMS[name]
        for seed in range(20):
            rng = np.random.default_rng(seed)
            x = point(rng)
            assert find_disagreement(f, lambda v: gradient(x, v), x, rng) is None  # noqa: B023

    def test_wrong_gradient_is_found(self, name: str) -> None:
        f, gradient = CLOSED_FORMS[name]
        for wrong in (
            lambda g: g * 1.001 + 1e-9,
            lambda g: -g - 1e-6,
            lambda g: np.full_like(g, 12345.0),
            lambda g: g + np.eye(*g.shape) * 1e-4,
            lambda g: g * np.nan,
            lambda g: np.where(np.arange(g.size).reshape(g.shape) == 3, np.inf, g),
        ):
            rng = np.random.default_rng(0)
            x = point(rng)
            if name == "constant" and not np.any(np.abs(wrong(np.zeros(x.shape))) > 1e-7):
                continue  # nothing is wrong about a derivative that is zero up to rounding
            assert find_disagreement(f, lambda v: wrong(gradient(x, v)), x, rng) is not None  # noqa: B023

    def test_numerical_gradient_is_the_closed_form(self, name: str) -> None:
        f, gradient = CLOSED_FORMS[name]
        rng = np.random.default_rng(3)
        x = point(rng)
        v = spread_signs(rng, np.shape(f(x)))
        np.testing.assert_allclose(numerical_gradient(f, x, v), gradient(x, v), rtol=1e-7, atol=1e-8)


class TestPower:
    def test_one_coordinate_of_ten_thousand_off_by_a_thousandth(self) -> None:
        """The issue's measure: found at least 99 times in 100."""
        found = 0
        for seed in range(100):
            rng = np.random.default_rng(seed)
            x = point(rng, (10_000,))
            place = int(rng.integers(10_000))

            def backward(v: np.ndarray, x: np.ndarray = x, place: int = place) -> np.ndarray:
                gradient = v * np.cos(x)
                gradient[place] *= 1.001
                return gradient

            found += find_disagreement(np.sin, backward, x, rng) is not None
        assert found >= 99

    def test_no_false_alarm_in_ten_thousand(self) -> None:
        pairs = [pair for name, pair in CLOSED_FORMS.items() if name not in ("softmax", "product", "linear map")]
        alarms = 0
        with recorded_errors() as errors:
            for seed in range(10_000):
                f, gradient = pairs[seed % len(pairs)]
                rng = np.random.default_rng(seed)
                x = point(rng, (3, 2))
                alarms += find_disagreement(f, lambda v: gradient(x, v), x, rng, directions=1) is not None  # noqa: B023
        assert alarms == 0
        assert len(errors) == 10_000
        assert max(errors) < 0.1  # not by luck: the worst of them has room to spare

    def test_scale_of_the_function_does_not_matter(self) -> None:
        for scale in (1e-6, 1e-3, 1e3, 1e6):
            rng = np.random.default_rng(0)
            x = point(rng)

            def f(x: np.ndarray, scale: float = scale) -> np.ndarray:
                value: np.ndarray = scale * np.sin(x)
                return value

            def right(v: np.ndarray, x: np.ndarray = x, scale: float = scale) -> np.ndarray:
                value: np.ndarray = scale * v * np.cos(x)
                return value

            assert find_disagreement(f, right, x, rng) is None
            assert find_disagreement(f, lambda v: 1.0001 * right(v), x, rng) is not None


class TestKinks:
    @staticmethod
    def right(x: np.ndarray) -> Map:
        return lambda v: v * np.sign(x)

    @staticmethod
    def wrong(x: np.ndarray) -> Map:
        return lambda v: v * np.sign(x) * np.where(np.arange(x.size) == 0, 1.01, 1.0)

    @pytest.mark.parametrize("distance", [1e-4, 1e-3, 3e-3, 1e-2])
    def test_kink_near_the_point_is_stepped_around(self, distance: float) -> None:
        x = np.array([distance, 1.0, -1.0])
        for seed in range(50):
            assert find_disagreement(np.abs, self.right(x), x, np.random.default_rng(seed)) is None
            assert find_disagreement(np.abs, self.wrong(x), x, np.random.default_rng(seed)) is not None

    @pytest.mark.parametrize("distance", [1e-5, 1e-6])
    def test_kink_too_near_is_said_to_be_one(self, distance: float) -> None:
        x = np.array([distance, 1.0, -1.0])
        for seed in range(50):
            with pytest.raises(NotDifferentiable, match="jumps near this input"):
                find_disagreement(np.abs, self.right(x), x, np.random.default_rng(seed))

    @pytest.mark.parametrize("distance", [0.02, 0.1])
    def test_maximum_of_a_window(self, distance: float) -> None:
        x = np.random.default_rng(0).permutation(np.arange(12) * distance).reshape(3, 4)

        def backward(v: np.ndarray) -> np.ndarray:
            gradient = np.zeros_like(x)
            gradient[np.arange(3), x.argmax(axis=1)] = v
            return gradient

        for seed in range(50):
            assert find_disagreement(lambda x: x.max(axis=1), backward, x, np.random.default_rng(seed)) is None

    def test_jump_is_not_differentiable(self) -> None:
        with pytest.raises(NotDifferentiable, match="jumps near this input"):
            find_disagreement(lambda x: np.floor(x * 1e6), lambda v: 0 * v, np.ones(3) / 3, np.random.default_rng(0))


class TestNotDifferentiable:
    X = np.array([0.5, -1.0, 2.0])

    def refuse(self, f: Map) -> str:
        with pytest.raises(NotDifferentiable) as caught:
            find_disagreement(f, lambda v: v, self.X, np.random.default_rng(0))
        return str(caught.value)

    def test_function_that_draws_at_random(self) -> None:
        rng = np.random.default_rng(0)
        reason = self.refuse(lambda x: x * rng.normal(size=3))
        assert reason == "two calls with the same input gave different outputs"

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    @pytest.mark.filterwarnings("ignore:invalid value")
    def test_output_that_is_not_finite(self, value: float) -> None:
        assert self.refuse(lambda x: x * value) == "its output is not finite"

    @pytest.mark.parametrize("offset", [1e12, 1e15, 1e200])
    @pytest.mark.filterwarnings("ignore:overflow")
    def test_output_so_large_that_any_gradient_would_pass(self, offset: float) -> None:
        """Without this a forward pass could drown its backward pass in rounding, and be given points for it."""
        assert self.refuse(lambda x: x + offset) == "its output is so large that its changes are lost in rounding"

    def test_large_output_that_changes_as_much_is_measured(self) -> None:
        rng = np.random.default_rng(0)
        assert find_disagreement(lambda x: 1e12 * x, lambda v: 1e12 * v, self.X, rng) is None
        assert find_disagreement(lambda x: 1e12 * x, lambda v: 1.01e12 * v, self.X, rng) is not None


class TestFloat32:
    def test_right_gradient_is_left_alone_and_a_wrong_one_found(self) -> None:
        for seed in range(200):
            rng = np.random.default_rng(seed)
            x = spread_signs(rng, (4, 3), np.float32)
            assert find_disagreement(np.sin, lambda v: v * np.cos(x), x, rng) is None  # noqa: B023
            assert find_disagreement(np.sin, lambda v: v * np.cos(x) * np.float32(1.5), x, rng) is not None  # noqa: B023

    def test_the_function_gets_float32(self) -> None:
        seen = []

        def f(x: np.ndarray) -> np.ndarray:
            seen.append(x.dtype)
            return x

        find_disagreement(f, lambda v: v, np.ones(3, np.float32), np.random.default_rng(0))
        assert set(seen) == {np.dtype(np.float32)}


class TestDisagreement:
    X = np.array([[0.3, -0.7], [1.1, 0.4]])

    def found(self) -> Disagreement:
        result = find_disagreement(lambda x: x**2, lambda v: 4 * self.X * v, self.X, np.random.default_rng(0))
        assert result is not None
        return result

    def test_it_holds_both_sides(self) -> None:
        found = self.found()
        assert found.analytic == pytest.approx(2 * found.numeric, rel=1e-9)
        assert abs(found.analytic - found.numeric) > found.tolerance > 0

    def test_its_weights_reproduce_it(self) -> None:
        found = self.found()
        assert found.output_weights.shape == self.X.shape
        gradient = numerical_gradient(lambda x: x**2, self.X, found.output_weights)
        np.testing.assert_allclose(gradient, 2 * self.X * found.output_weights, rtol=1e-7)

    def test_no_coordinate_can_hide(self) -> None:
        weights = spread_signs(np.random.default_rng(0), (1000,))
        assert np.all((np.abs(weights) >= 0.5) & (np.abs(weights) <= 1.5))
        assert 300 < np.sum(weights > 0) < 700

    def test_gradient_of_another_shape_is_an_error(self) -> None:
        with pytest.raises(ValueError, match=r"the gradient has shape \(2,\), expected \(2, 2\)"):
            find_disagreement(lambda x: x**2, lambda v: np.ones(2), self.X, np.random.default_rng(0))

    def test_number_of_calls_does_not_depend_on_the_size(self) -> None:
        for size in (3, 3000):
            calls: list[int] = []

            def f(x: np.ndarray, calls: list[int] = calls) -> np.ndarray:
                calls.append(1)
                return x

            find_disagreement(f, lambda v: v, np.linspace(1, 2, size), np.random.default_rng(0), directions=3)
            assert len(calls) == 1 + 3 * 6
