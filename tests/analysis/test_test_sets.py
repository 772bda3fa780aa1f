"""Correlations between sets are those of NumPy and SciPy, and the order shows families of sets and who made them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from groupinf.analysis.agreement import rank_correlation
from groupinf.analysis.pairs import PairedEffects
from groupinf.analysis.test_sets import between_sets_table, correlation_between_sets, first_component_order

RNG = np.random.default_rng(0)
EFFECTS = RNG.normal(size=(4, 30)) * [[1.0], [10.0], [0.1], [3.0]]


def test_correlations_between_sets_are_those_of_numpy_and_of_scipy() -> None:
    np.testing.assert_allclose(correlation_between_sets(EFFECTS), np.corrcoef(EFFECTS), atol=1e-14)
    ranks = rankdata(EFFECTS, axis=-1)
    np.testing.assert_allclose(correlation_between_sets(ranks), spearmanr(EFFECTS.T).statistic, atol=1e-14)
    ties = np.round(EFFECTS[0])
    assert rank_correlation(ties, EFFECTS[1]) == pytest.approx(spearmanr(ties, EFFECTS[1]).statistic, abs=1e-14)


def test_correlations_with_constant_effects_are_not_defined() -> None:
    found = correlation_between_sets(np.vstack([EFFECTS[:1], np.full((1, 30), 0.1)]))
    assert found[0, 0] == pytest.approx(1)
    assert np.isnan([found[0, 1], found[1, 0], found[1, 1]]).all()
    assert np.isnan(rank_correlation(np.zeros(30), EFFECTS[0]))


def test_sets_and_groups_are_ordered_by_the_first_eigenvectors() -> None:
    centred = EFFECTS - EFFECTS.mean(axis=1, keepdims=True)
    of_sets, of_groups = (np.linalg.eigh(M)[1][:, -1] for M in (centred @ centred.T, centred.T @ centred))
    found = first_component_order(EFFECTS)
    largest = np.abs(of_sets).argmax()
    np.testing.assert_array_equal(found.sets, np.argsort(-of_sets * np.sign(of_sets[largest])))
    along = centred.T @ of_sets * np.sign(of_sets[largest])
    assert abs(np.corrcoef(along, of_groups)[0, 1]) == pytest.approx(1)
    np.testing.assert_array_equal(found.groups, np.argsort(-along))


def test_families_of_sets_stand_together_whatever_all_groups_have_in_common() -> None:
    helps = np.linspace(-1, 1, 9)
    effects = np.array([[1.0], [-0.8], [0.9], [-0.7]]) * helps + 50  # a shift is no difference between groups
    shuffled = RNG.permutation(9)
    for sign in (1, -1):
        order = first_component_order(sign * effects[:, shuffled])
        assert order.sets.tolist() == [0, 2, 3, 1]
        assert order.family == 2
        in_order = helps[shuffled][order.groups]
        np.testing.assert_array_equal(in_order, np.sort(helps)[::-sign])


def test_one_set_is_ordered_by_its_effects() -> None:
    found = first_component_order(EFFECTS[:1])
    np.testing.assert_array_equal(found.groups, np.argsort(-EFFECTS[0]))
    equal = first_component_order(np.ones((2, 5)))
    assert (equal.sets.tolist(), equal.groups.tolist()) == ([0, 1], [0, 1, 2, 3, 4])


def test_the_table_has_each_two_test_points_of_an_evaluation_once() -> None:
    """Correlations are those of scipy, of predicted and of actual effects; an evaluation with one value has no rows."""
    measures = (("test_loss", 4), ("self_loss", -1), ("test_loss", 2), ("test_loss", 9))
    actual = RNG.normal(size=(4, 20))
    predicted = np.stack([actual + RNG.normal(size=(4, 20))])
    kinds = np.full(20, "own", dtype=object)
    table = between_sets_table(PairedEffects(measures, ("influence",), np.arange(20), kinds, predicted, actual))
    assert [*zip(table["test_point"], table["other"], strict=True)] == [(4, 2), (4, 9), (2, 9)] * 2
    assert set(table["evaluation"]) == {"test_loss"}
    rows = {4: 0, 2: 2, 9: 3}
    for row in table.to_dict("records"):
        values = actual if row["method"] == "actual" else predicted[0]
        one, other = values[rows[row["test_point"]]], values[rows[row["other"]]]
        assert row["pearson"] == pytest.approx(np.corrcoef(one, other)[0, 1])
        assert row["spearman"] == pytest.approx(spearmanr(one, other).statistic)
        assert row["spearman_low"] < row["spearman"] < row["spearman_high"]
    alone = PairedEffects(measures[1:2], ("influence",), np.arange(20), kinds, predicted[:, :1], actual[:1])
    assert between_sets_table(alone).empty
