"""Actual ÷ predicted of the groups, and the groups that decide a slope, are what a calculation by hand gives."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

from groupinf.analysis.agreement import agreement_rows
from groupinf.analysis.pairs import PairedEffects
from groupinf.analysis.ratios import MOST_DECIDING, decisive, largest_effect, ratios


def paired(predicted: list[list[float]], actual: list[list[float]], evaluation: str = "test_loss") -> PairedEffects:
    p, a = np.array([predicted], dtype=float), np.array(actual, dtype=float)
    measures = tuple((evaluation, point) for point in range(len(actual)))
    kinds = np.array(["random"] * a.shape[1], dtype=object)
    return PairedEffects(measures, ("influence",), np.arange(a.shape[1]), kinds, p, a)


def test_quartiles_are_of_actual_over_predicted_over_all_test_points() -> None:
    # a/p: 2, 4, 6, 8 on the one test point, 10 on the other, where a group without a prediction is left out
    pairs = paired([[1, -1, 2, 0.5], [3, 0, 0, 0]], [[2, -4, 12, 4], [30, 7, 7, 7]])
    found = ratios(pairs, "influence", "test_loss")
    assert (found.quarter, found.median, found.three_quarters, found.count) == (4, 6, 8, 5)
    found = ratios(pairs, "influence", "test_loss", [("test_loss", 1)])
    assert (found.quarter, found.median, found.three_quarters, found.count) == (3.5, 5, 6.5, 4)
    assert ratios(pairs, "influence", "self_loss").count == 0
    assert np.isnan(ratios(pairs, "influence", "test_loss", [("test_loss", 0), ("test_loss", 1)]).median)


def test_actual_effects_of_zero_have_no_sign_and_are_counted_apart() -> None:
    found = ratios(paired([[1, -1, 2, -4, 0]], [[2, 0, 6, 0, 0]]), "influence", "test_loss")
    assert (found.median, found.count, found.zeros) == (2.5, 2, 0.5)
    nothing = ratios(paired([[1, -1]], [[0, 0]]), "influence", "test_loss")
    assert (nothing.count, nothing.zeros) == (0, 1.0)
    assert ratios(paired([[0, 0]], [[0, 0]]), "influence", "test_loss").zeros == 0.0


def test_the_median_is_that_of_the_standard_library() -> None:
    rng = np.random.default_rng(0)
    p, a = rng.normal(size=(1, 101)), rng.normal(size=(1, 101))
    expected = statistics.quantiles((a / p)[0], n=4, method="inclusive")
    found = ratios(paired(p.tolist(), a.tolist()), "influence", "test_loss")
    assert [found.quarter, found.median, found.three_quarters] == pytest.approx(expected)


def test_two_giant_groups_turn_the_slope_and_not_the_median() -> None:
    p = [1.0] * 30 + [100.0, 90.0]
    a = [1.2] * 30 + [-600.0, -500.0]
    pairs = paired([p], [a])
    everyone = np.ones(32, dtype=bool)
    slope = agreement_rows(pairs, "all", everyone, "analytic", 0)["slope"].iloc[0]
    assert slope == pytest.approx((30 * 1.2 - 60000 - 45000) / (30 + 10000 + 8100))
    assert slope < -5
    assert ratios(pairs, "influence", "test_loss").median == pytest.approx(1.2)
    [one] = decisive(pairs, "influence", "test_loss")
    assert one.places == (30,)
    assert one.share == pytest.approx(10000 / 18130)
    # the slope is the mean of a/p with the weights p²
    assert slope == pytest.approx(np.average(np.divide(a, p), weights=np.square(p)))


def test_groups_decide_a_slope_only_where_few_hold_half_of_its_weight() -> None:
    assert decisive(paired([[1.0] * 100], [[1.0] * 100]), "influence", "test_loss") == []
    four = [10.0] * 4 + [0.1] * 96  # two of the heaviest hold just less than half
    [one] = decisive(paired([four], [four]), "influence", "test_loss")
    assert one.places == (0, 1, 2)
    assert one.share == pytest.approx(300 / (400 + 0.96))
    assert len(one.places) <= MOST_DECIDING
    # of ten groups one is few; three are not, whatever they hold
    assert decisive(paired([[3, 3, 3] + [0.0] * 7], [[1.0] * 10]), "influence", "test_loss") == []
    assert decisive(paired([[0.0] * 30], [[1.0] * 30]), "influence", "test_loss") == []


def test_where_few_decide_most_comes_first() -> None:
    p = [[5.0] + [1.0] * 20, [0.0, 50.0] + [1.0] * 19]
    found = decisive(paired(p, p), "influence", "test_loss")
    assert [one.measure for one in found] == [("test_loss", 1), ("test_loss", 0)]
    assert [one.places for one in found] == [(1,), (0,)]
    assert [one.measure for one in decisive(paired(p, p), "influence", "test_loss", [("test_loss", 1)])] == [
        ("test_loss", 0)
    ]


def test_the_largest_effect_is_largest_without_its_sign_among_the_chosen() -> None:
    pairs = paired([[1, 1, 1], [1, 1, 1]], [[3, -9, 4], [5, 8, -10]])
    everyone, some = np.ones(3, dtype=bool), np.array([True, True, False])
    assert largest_effect(pairs, everyone, "test_loss") == (1, 2)
    assert largest_effect(pairs, some, "test_loss") == (0, 1)
    assert largest_effect(pairs, some, "test_loss", [("test_loss", 0)]) == (1, 1)
    assert largest_effect(pairs, ~everyone, "test_loss") is None
    assert largest_effect(pairs, everyone, "self_loss") is None
