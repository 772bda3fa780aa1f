"""Agreement statistics equal SciPy's, are NaN only where undefined, and their intervals cover what they claim."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from groupinf.analysis import agreement, intervals
from groupinf.analysis.agreement import ALL_KINDS, KEYS, STATISTICS, agreement_table
from groupinf.analysis.pairs import pair_effects
from groupinf.errors import DataError

RANKED = "inner_product"


def tidy(
    predicted: dict[str, np.ndarray],
    actual: np.ndarray,
    kinds: list[str],
    evaluation: str = "test_loss",
    test_point: int = 3,
) -> pd.DataFrame:
    """A tidy table of one measure: one row per group and method."""
    parts = [
        pd.DataFrame(
            {
                "group": np.arange(actual.size),
                "kind": kinds,
                "test_point": test_point,
                "evaluation": evaluation,
                "method": method,
                "readout": "ranks" if method == RANKED else "linear",
                "effect": values,
            }
        )
        for method, values in {**predicted, "actual": actual}.items()
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def noisy() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    predicted = np.round(rng.normal(size=60), 1)  # rounded: has ties
    return predicted, np.round(2 * predicted + rng.normal(size=60), 1)


def row_of(table: pd.DataFrame, kind: str, method: str = "influence") -> pd.Series:
    chosen = table[(table["kind"] == kind) & (table["method"] == method)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_statistics_equal_scipy_for_all_groups_and_each_kind(noisy):
    predicted, actual = noisy
    kinds = ["random"] * 25 + ["column"] * 35
    table = agreement_table(tidy({"influence": predicted}, actual, kinds), seed=0).table
    for kind, chosen in {"all": slice(0, 60), "random": slice(0, 25), "column": slice(25, 60)}.items():
        p, a, row = predicted[chosen], actual[chosen], row_of(table, kind)
        assert row["n_groups"] == p.size
        assert row["spearman"] == pytest.approx(stats.spearmanr(p, a).statistic, abs=1e-12)
        assert row["pearson"] == pytest.approx(stats.pearsonr(p, a).statistic, abs=1e-12)
        # a line through the origin is the regression line of the points and their mirror images
        mirrored = stats.linregress(np.concatenate([p, -p]), np.concatenate([a, -a]))
        assert mirrored.intercept == pytest.approx(0, abs=1e-12)
        assert row["slope"] == pytest.approx(mirrored.slope, abs=1e-12)
        pairs = list(zip(p, a, strict=True))
        same = [(x > 0 and y > 0) or (x < 0 and y < 0) or x == y == 0 for x, y in pairs]
        under = [s and abs(x) < abs(y) for s, (x, y) in zip(same, pairs, strict=True)]
        assert row["same_sign"] == pytest.approx(sum(same) / p.size)
        assert row["underestimated"] == pytest.approx(sum(under) / p.size)
        errors = [abs(x - y) / abs(y) for x, y in pairs if y != 0]
        assert row["median_relative_error"] == pytest.approx(stats.scoreatpercentile(errors, 50))


def test_rows_are_ordered_and_complete_whatever_the_order_of_the_table(noisy):
    predicted, actual = noisy
    kinds = ["random"] * 30 + ["column"] * 30
    tables = [
        tidy({"newton": predicted * 3, "influence": predicted}, actual, kinds, evaluation, test_point)
        for evaluation, test_point in [("test_loss", 9), ("test_loss", 2), ("self_loss", -1)]
    ]
    table = agreement_table(pd.concat(tables), seed=0).table
    assert list(table.columns) == [*KEYS, *STATISTICS]
    expected = itertools.product(
        [("test_loss", 9), ("test_loss", 2), ("self_loss", -1)],
        [ALL_KINDS, "random", "column"],
        ["newton", "influence"],
    )
    assert [tuple(row) for row in table[list(KEYS)].to_numpy()] == [(*measure, k, m) for measure, k, m in expected]

    shuffled = pd.concat(tables).sample(frac=1, random_state=1)
    again = agreement_table(shuffled, seed=0).table
    keyed, keyed_again = (t.set_index(list(KEYS)).sort_index() for t in (table, again))
    without_interval = ["n_groups", "spearman", "pearson", "slope", "same_sign", "underestimated"]
    pd.testing.assert_frame_equal(keyed[without_interval], keyed_again[without_interval], rtol=1e-12)


def test_the_normal_quantile_is_that_of_the_level():
    assert stats.norm.ppf((1 + intervals.LEVEL) / 2) == intervals._NORMAL


def test_bootstrap_interval_agrees_with_scipys_percentile_bootstrap(noisy):
    predicted, actual = noisy
    result = agreement_table(tidy({"influence": predicted}, actual, ["random"] * 60), seed=0)
    row = row_of(result.table, "all")
    reference = stats.bootstrap(
        (predicted, actual),
        lambda p, a: stats.spearmanr(p, a).statistic,
        paired=True,
        vectorized=False,
        n_resamples=2000,
        method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert result.interval == "bootstrap"
    assert row["spearman_low"] == pytest.approx(reference.low, abs=0.02)
    assert row["spearman_high"] == pytest.approx(reference.high, abs=0.01)


def test_equal_sets_of_groups_get_equal_intervals_and_the_seed_decides_them(noisy):
    predicted, actual = noisy
    effects = tidy({"influence": predicted}, actual, ["random"] * 60)
    table = agreement_table(effects, seed=0).table
    bounds = ["spearman_low", "spearman_high"]
    assert row_of(table, "all")[bounds].tolist() == row_of(table, "random")[bounds].tolist()
    pd.testing.assert_frame_equal(table, agreement_table(effects, seed=0).table)
    assert row_of(agreement_table(effects, seed=1).table, "all")["spearman_low"] != row_of(table, "all")["spearman_low"]


def test_interval_holds_the_coefficient_even_next_to_one():
    actual = np.arange(400.0)
    predicted = actual.copy()
    predicted[[100, 101]] = predicted[[101, 100]]
    row = row_of(agreement_table(tidy({"influence": predicted}, actual, ["random"] * 400), seed=0).table, "all")
    assert row["spearman_low"] <= row["spearman"] <= row["spearman_high"]
    assert row["spearman_low"] > 0.9999


def test_large_tables_fall_back_to_bonett_and_wright_and_say_so(noisy, monkeypatch):
    monkeypatch.setattr(agreement, "MOST_BOOTSTRAP_CELLS", 0)
    predicted, actual = noisy
    result = agreement_table(tidy({"influence": predicted}, actual, ["random"] * 60), seed=0)
    row = row_of(result.table, "all")
    rho = stats.spearmanr(predicted, actual).statistic
    error = np.sqrt((1 + rho**2 / 2) / 57)
    assert row["spearman_low"] == pytest.approx(np.tanh(np.arctanh(rho) - 1.959964 * error), abs=1e-6)
    assert row["spearman_high"] == pytest.approx(np.tanh(np.arctanh(rho) + 1.959964 * error), abs=1e-6)
    assert result.interval == "analytic"
    assert "Bonett" in result.interval_in_words


@pytest.mark.parametrize("interval", ["bootstrap", "analytic"])
def test_both_intervals_cover_the_true_coefficient_about_95_times_in_100(interval, monkeypatch):
    if interval == "analytic":
        monkeypatch.setattr(agreement, "MOST_BOOTSTRAP_CELLS", 0)
    monkeypatch.setattr(agreement, "RESAMPLES", 300)
    rng = np.random.default_rng(4)
    studies, correlation = 300, 0.8
    true = 6 / np.pi * np.arcsin(correlation / 2)  # Spearman's ρ of a bivariate normal
    x = rng.normal(size=(studies, 150))
    y = correlation * x + np.sqrt(1 - correlation**2) * rng.normal(size=x.shape)
    tables = [
        tidy({"influence": p}, a, ["random"] * 150, test_point=i) for i, (p, a) in enumerate(zip(x, y, strict=True))
    ]
    table = agreement_table(pd.concat(tables), seed=0).table
    rows = table[table["kind"] == ALL_KINDS]
    covered = ((rows["spearman_low"] <= true) & (true <= rows["spearman_high"])).mean()
    assert 0.9 <= covered <= 0.99


@pytest.mark.parametrize("cells", [agreement.MOST_BOOTSTRAP_CELLS, 0])
@pytest.mark.parametrize("n_groups", [1, 2, 5, 9, 10])
def test_fewer_than_ten_groups_have_no_interval(n_groups, cells, monkeypatch):
    monkeypatch.setattr(agreement, "MOST_BOOTSTRAP_CELLS", cells)
    values = np.arange(1.0, n_groups + 1)
    row = row_of(agreement_table(tidy({"influence": values}, 2 * values, ["random"] * n_groups), seed=0).table, "all")
    assert np.isnan(row["spearman_low"]) == np.isnan(row["spearman_high"]) == (n_groups < 10)
    assert row["slope"] == pytest.approx(2)
    assert row["underestimated"] == 1
    assert row["spearman"] == pytest.approx(1) if n_groups > 1 else np.isnan(row["spearman"])


@pytest.mark.parametrize("monkey_cells", [None, 0])
def test_constant_and_zero_effects_are_nan_where_undefined(monkey_cells, monkeypatch):
    if monkey_cells is not None:
        monkeypatch.setattr(agreement, "MOST_BOOTSTRAP_CELLS", monkey_cells)
    predicted = {"influence": np.zeros(10), "newton": np.full(10, 0.1)}
    table = agreement_table(tidy(predicted, np.zeros(10), ["random"] * 10), seed=0).table
    zero, constant = row_of(table, "all"), row_of(table, "all", "newton")
    for name in ("spearman", "spearman_low", "spearman_high", "pearson", "median_relative_error"):
        assert np.isnan(zero[name])
        assert np.isnan(constant[name])
    assert np.isnan(zero["slope"])
    assert constant["slope"] == 0
    assert zero["same_sign"] == 1
    assert constant["same_sign"] == 0
    assert zero["underestimated"] == 0


def test_pairs_follow_the_group_and_not_the_row():
    effects = tidy({"influence": np.array([1.0, 2.0, 3.0])}, np.array([10.0, 20.0, 30.0]), ["a", "b", "a"])
    pairs = pair_effects(effects.iloc[::-1])
    assert pairs.groups.tolist() == [2, 1, 0]
    assert pairs.kinds.tolist() == ["a", "b", "a"]
    assert pairs.predicted.tolist() == [[[3.0, 2.0, 1.0]]]
    assert pairs.actual.tolist() == [[30.0, 20.0, 10.0]]


def _complete() -> pd.DataFrame:
    return tidy({"influence": np.arange(5.0)}, np.arange(5.0), ["random"] * 5)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda e: e.drop(index=7), "one finite effect for group 2, test_loss, test point 3, actual; found 0 rows"),
        (lambda e: pd.concat([e, e.iloc[[1]]]), "group 1, test_loss, test point 3, influence; found 2 rows"),
        (lambda e: e.assign(effect=e["effect"].replace(4.0, np.nan)), r"group 4.*found nan \(2 such places\)"),
        (lambda e: e[e["method"] == "actual"], "at least one prediction, found actual"),
        (lambda e: e[e["method"] != "actual"], "expected method 'actual'.*found influence"),
        (lambda e: e.iloc[:0], "found no rows"),
        (lambda e: e.assign(kind="all"), "kind 'all' stands for all groups"),
    ],
)
def test_incomplete_tables_are_refused_by_name(broken, words):
    with pytest.raises(DataError, match=words):
        agreement_table(broken(_complete()), seed=0)


def test_a_method_without_effects_on_a_measure_has_no_row_of_it_and_changes_no_other() -> None:
    rng = np.random.default_rng(0)
    keys = [
        (g, e, m) for g in range(12) for e in ("test_loss", "test_error") for m in ("influence", "newton", "actual")
    ]
    table = pd.DataFrame(keys, columns=["group", "evaluation", "method"])
    table = table.assign(kind="k", test_point=3, readout="exact", effect=rng.normal(size=len(keys)))
    without = table[~((table["evaluation"] == "test_error") & (table["method"] == "influence"))]
    whole, part = (agreement_table(effects, 0).table for effects in (table, without))
    absent = (whole["evaluation"] == "test_error") & (whole["method"] == "influence")
    assert absent.sum() == 2  # over all groups and over their one kind
    pd.testing.assert_frame_equal(part, whole[~absent].reset_index(drop=True))


def test_a_row_that_is_missing_of_one_group_is_an_error_still() -> None:
    rng = np.random.default_rng(0)
    keys = [(g, m) for g in range(12) for m in ("newton", "actual")]
    table = pd.DataFrame(keys, columns=["group", "method"])
    table = table.assign(
        evaluation="test_error", kind="k", test_point=3, readout="exact", effect=rng.normal(size=len(keys))
    )
    for lost in (6, 7):  # a prediction, and an actual effect
        with pytest.raises(DataError, match=r"expected one finite effect for group .*; found 0 rows"):
            agreement_table(table.drop(index=lost), 0)
