"""Hidden tests of the kata sinusoidal-positions."""

from __future__ import annotations

import numpy as np
import pytest

from harness.testing import Solution, assert_close, assert_no_warnings, assert_shape, expect
from reference.sinusoidal_positions import sinusoidal_positions

SIZES = [(7, 6), (5, 8), (40, 16), (1, 4), (3, 12)]


class TestValues:
    @pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]} by {size[1]}")
    def test_table(self, solution: Solution, size: tuple[int, int]) -> None:
        """every entry is the sine or cosine of its angle"""
        assert_close(solution.sinusoidal_positions(*size), sinusoidal_positions(*size), "the table")

    def test_by_hand(self, solution: Solution) -> None:
        """with base 100 and four features, position 1 has angles of 1 and 1/10"""
        expected = [[0, 1, 0, 1], [np.sin(1), np.cos(1), np.sin(0.1), np.cos(0.1)]]
        assert_close(solution.sinusoidal_positions(2, 4, 100.0), expected, "the table")

    @pytest.mark.parametrize("base", [50.0, 1e6])
    def test_base(self, solution: Solution, base: float) -> None:
        """base may be another number, by position or by name"""
        assert_close(solution.sinusoidal_positions(9, 6, base), sinusoidal_positions(9, 6, base), "the table")
        assert_close(solution.sinusoidal_positions(9, 6, base=base), sinusoidal_positions(9, 6, base), "the table")

    def test_start(self, solution: Solution) -> None:
        """position 0 is 0, 1, 0, 1, ..."""
        table = np.asarray(solution.sinusoidal_positions(3, 10))
        assert_shape(table, (3, 10), "the table")
        assert_close(table[0], [0, 1] * 5, "the row of position 0")

    def test_rotation(self, solution: Solution) -> None:
        """the row of pos + 3 is that of pos with each pair turned by the angles of 3"""
        table = np.asarray(solution.sinusoidal_positions(12, 8))
        assert_shape(table, (12, 8), "the table")
        sine, cosine = table[:, 0::2], table[:, 1::2]
        turned = sine[:-3] * cosine[3] + cosine[:-3] * sine[3]
        assert_close(sine[3:], turned, "the sines of pos + 3, compared with your own rows of pos and of 3")
        expect(bool(np.any(sine[1])), "all sines are 0")

    def test_unit_circle(self, solution: Solution) -> None:
        """the squares of each pair add up to 1"""
        table = np.asarray(solution.sinusoidal_positions(6, 10))
        assert_shape(table, (6, 10), "the table")
        assert_close(table[:, 0::2] ** 2 + table[:, 1::2] ** 2, np.ones((6, 5)), "sin**2 + cos**2")


class TestRobustness:
    @pytest.mark.parametrize("dim", [7, 3, 1])
    def test_odd(self, solution: Solution, dim: int) -> None:
        """an odd dim ends with a sine"""
        assert_close(solution.sinusoidal_positions(5, dim), sinusoidal_positions(5, dim), "the table")

    def test_two(self, solution: Solution) -> None:
        """two features are one pair"""
        assert_close(solution.sinusoidal_positions(5, 2), sinusoidal_positions(5, 2), "the table")

    def test_no_positions(self, solution: Solution) -> None:
        """no positions give a table of shape (0, dim)"""
        for dim in (6, 5):
            assert_shape(solution.sinusoidal_positions(0, dim), (0, dim), "the table")
        expect(bool(np.any(solution.sinusoidal_positions(2, 6))), "the table of two positions is 0")

    def test_far_positions(self, solution: Solution) -> None:
        """position 5000 is exact, and without a warning"""
        table = np.asarray(solution.sinusoidal_positions(5001, 4))
        assert_shape(table, (5001, 4), "the table")
        assert_close(table[5000], sinusoidal_positions(5001, 4)[5000], "the row of position 5000")
        assert_no_warnings(solution)
