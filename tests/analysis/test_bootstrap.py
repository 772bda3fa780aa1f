"""ρ in resamples of the groups is that of the groups drawn, ties included, to the last bit of exact whole numbers."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from groupinf.analysis import bootstrap
from groupinf.analysis.bootstrap import bootstrap_spearman, resample_counts
from groupinf.analysis.ranks import average_ranks

# with so many groups, and no more, sums of products fit into integers of 32 bits
MOST_IN_INTEGERS = 1860


def measured(n_groups: int, distinct: int) -> tuple[np.ndarray, np.ndarray]:
    """Two predictions of two measures, and actual effects, of few ``distinct`` values each."""
    rng = np.random.default_rng(n_groups)
    actual = rng.integers(distinct, size=(2, n_groups)).astype(float)
    return np.stack([actual + rng.integers(-2, 3, size=actual.shape), -(actual**3)]), actual


@pytest.mark.parametrize(("n_groups", "distinct"), [(15, 1000), (16, 4), (60, 20), (61, 1000)])
def test_it_equals_resampling_the_pairs_one_by_one(n_groups, distinct, monkeypatch):
    monkeypatch.setattr(bootstrap, "_CELLS_AT_ONCE", n_groups * 7)  # several blocks, the last one smaller
    predicted, actual = measured(n_groups, distinct)
    rho = bootstrap_spearman(average_ranks(predicted), average_ranks(actual), resamples=40, seed=5)
    counts = np.concatenate(list(resample_counts(n_groups, 40, seed=5)), axis=1)
    assert counts.shape == (n_groups, 40)
    assert (counts.sum(axis=0) == n_groups).all()
    for m, e, b in itertools.product(range(2), range(2), range(40)):
        drawn = np.repeat(np.arange(n_groups), counts[:, b])
        expected = stats.spearmanr(predicted[m, e, drawn], actual[e, drawn]).statistic
        assert rho[m, e, b] == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(rho[1], -1.0, rtol=1e-15)  # the same order backwards


@pytest.mark.parametrize("n_groups", [MOST_IN_INTEGERS, MOST_IN_INTEGERS + 1])
def test_it_is_the_ratio_of_exact_sums(n_groups):
    """Python's integers have no end; |ρ| near 1 is where sums are largest."""
    assert (bootstrap._whole_numbers(n_groups) is np.int32) == (n_groups == MOST_IN_INTEGERS)
    actual = np.arange(n_groups, dtype=float)
    predicted = np.stack([actual[::-1], np.floor(actual / 3), np.roll(actual, 1)])[:, None]
    rho = bootstrap_spearman(average_ranks(predicted), average_ranks(actual[None]), resamples=3, seed=0)
    for b, counts in enumerate(np.concatenate(list(resample_counts(n_groups, 3, seed=0)), axis=1).T):
        drawn = np.repeat(np.arange(n_groups), counts)
        y = [int(rank) for rank in 2 * stats.rankdata(actual[drawn]) - n_groups - 1]
        for m in range(3):
            x = [int(rank) for rank in 2 * stats.rankdata(predicted[m, 0, drawn]) - n_groups - 1]
            products = (sum(a * c for a, c in zip(*both, strict=True)) / 4 for both in ((x, y), (x, x), (y, y)))
            xy, xx, yy = products
            assert rho[m, 0, b] == xy / (math.sqrt(xx) * math.sqrt(yy))


def test_where_there_is_no_order_there_is_no_number():
    """A single value, a resample of one group alone, and effects that a method does not predict."""
    predicted, actual = measured(20, 1000)
    predicted[0, 1], actual[0] = np.nan, 3.0
    rho = bootstrap_spearman(average_ranks(predicted), average_ranks(actual), resamples=10, seed=0)
    assert np.isnan(rho[:, 0]).all()
    assert np.isnan(rho[0, 1]).all()
    assert np.isfinite(rho[1, 1]).all()
    pair = np.array([[1.0, 2.0]])
    of_two = bootstrap_spearman(pair[None], pair, resamples=50, seed=0)[0, 0]
    once = (np.concatenate(list(resample_counts(2, 50, seed=0)), axis=1) == 1).all(axis=0)
    assert once.any()
    np.testing.assert_allclose(of_two, np.where(once, 1.0, np.nan), rtol=1e-15)


def test_resamples_do_not_depend_on_the_size_of_a_block(monkeypatch):
    at_once = np.concatenate(list(resample_counts(11, 30, seed=2)), axis=1)
    monkeypatch.setattr(bootstrap, "_CELLS_AT_ONCE", 50)
    in_blocks = np.concatenate(list(resample_counts(11, 30, seed=2)), axis=1)
    np.testing.assert_array_equal(at_once, in_blocks)
    assert (np.concatenate(list(resample_counts(11, 30, seed=3)), axis=1) != at_once).any()
