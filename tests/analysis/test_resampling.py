"""A bootstrap over test rows gives intervals of effects, of ranks, and of the difference of two groups."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from groupinf.analysis import resampling
from groupinf.analysis.resampling import difference_of, ends_of


def test_intervals_of_effects_are_percentiles_and_of_ranks_those_that_are_reached() -> None:
    """Of 200 resamples the ends leave five outside to either side, up to interpolation."""
    rng = np.random.default_rng(0)
    resampled = np.array([0.0, 1.0, 1.2])[:, None] + rng.normal(size=(3, 200))
    ends = ends_of(resampled)
    for group in range(3):
        inside = (resampled[group] >= ends.effect_low[group]) & (resampled[group] <= ends.effect_high[group])
        assert inside.sum() == 190
    order = (-resampled).argsort(axis=0).argsort(axis=0) + 1
    for group in range(3):
        assert np.mean(order[group] < ends.rank_low[group]) <= 0.025
        assert np.mean(order[group] > ends.rank_high[group]) <= 0.025
        assert {ends.rank_low[group], ends.rank_high[group]} <= set(order[group])


def test_intervals_do_not_depend_on_how_many_numbers_are_sorted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    resampled = np.round(np.random.default_rng(2).normal(size=(30, 40)), 1)
    at_once = ends_of(resampled)
    monkeypatch.setattr(resampling, "_AT_ONCE", 90)
    for name, ends in vars(ends_of(resampled)).items():
        np.testing.assert_array_equal(ends, getattr(at_once, name))


def test_groups_far_apart_have_a_sure_rank_and_equal_ones_share_the_best() -> None:
    """Three groups, two of them equal in every resample."""
    resampled = np.stack([np.full(50, 9.0), np.linspace(0, 1, 50), np.linspace(0, 1, 50)])
    ends = ends_of(resampled)
    assert ends.rank_low.tolist() == ends.rank_high.tolist() == [1, 2, 2]


def test_the_interval_of_a_difference_knows_that_both_are_of_the_same_resamples() -> None:
    """Effects that swing together differ by the same amount in each resample: no width, however far each swings."""
    swing = np.random.default_rng(1).normal(scale=100, size=1000)
    found = difference_of((5.0, 3.0), swing + 2, swing)
    assert (found.difference, found.resamples, found.larger, found.smaller) == (2.0, 1000, 1.0, 0.0)
    assert (found.low, found.high) == (pytest.approx(2.0), pytest.approx(2.0))
    apart = difference_of((5.0, 3.0), swing + 2, swing[::-1])
    assert apart.low < 0 < apart.high
    assert apart.larger == np.mean(swing + 2 > swing[::-1])


def test_the_interval_is_that_of_a_normal_where_the_resamples_are_normal() -> None:
    """±1.96 standard deviations, to the accuracy of 20,000 draws."""
    draws = np.random.default_rng(2).normal(3.0, 2.0, size=20_000)
    ends = ends_of(draws[None])
    expected = stats.norm(3.0, 2.0).ppf([0.025, 0.975])
    np.testing.assert_allclose([ends.effect_low[0], ends.effect_high[0]], expected, atol=0.1)
