"""Bands of sizes, extents and the groups farthest off say what a plain loop over the groups says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from groupinf.analysis.agreement import agreement_table
from groupinf.analysis.breakdown import (
    MOST_BANDS,
    agreement_by_size,
    by_kind,
    by_size,
    comparable,
    most_underestimated,
    ranked_worst,
    size_bands,
)
from groupinf.analysis.certificates import exactness, joint_exactness
from groupinf.analysis.extent import extents
from groupinf.analysis.farthest import farthest_off, unresolved
from groupinf.analysis.pairs import PairedEffects, pair_effects

MEASURES = [("test_loss", 4), ("test_loss", 9), ("self_loss", -1)]
G = 60


@pytest.fixture
def effects() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    parts = []
    for i, (evaluation, point) in enumerate(MEASURES):
        actual = rng.normal(size=G) * 10.0**i
        values = {"influence": actual * rng.uniform(0.2, 1.5, G), "newton": actual * 0.9, "actual": actual}
        for method, effect in values.items():
            columns = {
                "group": np.arange(G) + 5,
                "kind": "random",
                "method": method,
                "readout": "linear",
                "effect": effect,
            }
            parts.append(pd.DataFrame(columns | {"evaluation": evaluation, "test_point": point}))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def pairs(effects: pd.DataFrame) -> PairedEffects:
    return pair_effects(effects)


def test_bands_are_ranges_of_sizes_with_about_equally_many_groups() -> None:
    sizes = np.random.default_rng(0).permutation(np.arange(1, 101))
    bands = size_bands(sizes)
    assert np.bincount(bands).tolist() == [20] * MOST_BANDS
    assert all(sizes[bands == b].max() < sizes[bands == b + 1].min() for b in range(MOST_BANDS - 1))


@pytest.mark.parametrize("sizes", [[7], [7] * 9, [1, 7], [1] * 50 + [2], [1] + [2] * 50, [3, 1, 2, 3, 1, 2, 9]])
def test_bands_count_from_zero_without_gaps_and_keep_equal_sizes_together(sizes: list[int]) -> None:
    bands = size_bands(np.array(sizes))
    assert sorted(set(bands)) == list(range(bands.max() + 1))
    assert bands.max() < MOST_BANDS
    by_size = {size: {b for s, b in zip(sizes, bands, strict=True) if s == size} for size in sizes}
    assert all(len(found) == 1 for found in by_size.values())


def test_agreement_by_size_is_that_of_the_groups_of_a_band(pairs: PairedEffects) -> None:
    sizes = np.arange(G)[::-1].copy()
    table = agreement_by_size(pairs, sizes)
    assert len(table) == MOST_BANDS * 2 * len(MEASURES)
    for row in table.to_dict("records"):
        chosen = (sizes >= row["smallest"]) & (sizes <= row["largest"])
        assert row["n_groups"] == chosen.sum() == G // MOST_BANDS
        m, e = pairs.methods.index(row["method"]), pairs.measures.index((row["evaluation"], row["test_point"]))
        p, a = pairs.predicted[m, e, chosen], pairs.actual[e, chosen]
        assert row["spearman"] == pytest.approx(spearmanr(p, a).statistic)
        assert row["slope"] == pytest.approx(np.linalg.lstsq(p[:, None], a, rcond=None)[0][0])


def test_the_farthest_groups_are_those_of_a_plain_search(pairs: PairedEffects) -> None:
    found = farthest_off(pairs, "influence", 7)
    for evaluation in ("test_loss", "self_loss"):
        errors = {}
        for g in range(G):
            of_group = []
            for e, (name, point) in enumerate(pairs.measures):
                if name == evaluation:
                    off = abs(pairs.predicted[0, e, g] - pairs.actual[e, g]) / np.median(np.abs(pairs.actual[e]))
                    of_group.append((off, point, pairs.actual[e, g], pairs.predicted[1, e, g]))
            errors[g + 5] = max(of_group)
        farthest = sorted(errors.items(), key=lambda item: -item[1][0])[:7]
        rows = found[found["evaluation"] == evaluation]
        assert rows["group"].tolist() == [group for group, _ in farthest]
        values = rows[["error", "test_point", "actual", "newton"]].to_numpy(dtype=float)
        np.testing.assert_allclose(values, [list(value) for _, value in farthest])


def test_effects_that_are_mostly_zero_have_finite_errors() -> None:
    actual = np.array([[0.0, 0.0, 0.0, 4.0], [0.0, 0.0, 0.0, 0.0]])
    pairs = PairedEffects(
        measures=(("test_loss", 0), ("self_loss", -1)),
        methods=("influence",),
        groups=np.arange(4),
        kinds=np.array(["a"] * 4, dtype=object),
        predicted=np.array([[[0.0, 2.0, 0.0, 3.0], [0.0, 0.0, 0.5, 0.0]]]),
        actual=actual,
    )
    found = farthest_off(pairs, "influence", 1)
    assert found["group"].tolist() == [1, 2]
    assert found["error"].tolist() == [0.5, 0.5]


def test_extents_are_the_least_and_the_largest_over_test_points(effects: pd.DataFrame) -> None:
    table = agreement_table(effects, seed=0).table
    found = extents(table)
    assert found[["evaluation", "method"]].to_numpy().tolist() == [
        [evaluation, method] for evaluation in ("test_loss", "self_loss") for method in ("influence", "newton")
    ]
    for row in found.to_dict("records"):
        same = (table["evaluation"] == row["evaluation"]) & (table["method"] == row["method"])
        values = table[same & (table["kind"] == "all")]
        assert row["test_points"] == len(values)
        for statistic in ("spearman", "slope", "underestimated"):
            assert row[f"{statistic}_least"] == values[statistic].min()
            assert row[f"{statistic}_most"] == values[statistic].max()
            assert row[f"{statistic}_median"] == np.median(values[statistic])
        assert row["n_groups"] == G


def test_each_kind_and_band_has_the_median_over_its_test_points(effects: pd.DataFrame) -> None:
    odd = effects["group"] % 2 == 1
    table = agreement_table(effects.assign(kind=np.where(odd, "odd", "even")), seed=0).table
    for row in by_kind(table).to_dict("records"):
        same = table[["evaluation", "method", "kind"]].eq([row["evaluation"], row["method"], row["kind"]]).all(axis=1)
        assert row["test_points"] == same.sum() == (2 if row["evaluation"] == "test_loss" else 1)
        assert row["spearman_median"] == np.median(table.loc[same, "spearman"])
        assert row["n_groups"] == G // 2
    assert set(by_kind(table)["kind"]) == {"odd", "even"}


def test_bands_of_sizes_have_their_medians(pairs: PairedEffects) -> None:
    sizes = np.arange(G)
    table = agreement_by_size(pairs, sizes)
    rows = by_size(table)
    for row in rows.to_dict("records"):
        same = table[["smallest", "evaluation", "method"]].eq([row["smallest"], row["evaluation"], row["method"]])
        assert row["slope_median"] == np.median(table.loc[same.all(axis=1), "slope"])
    assert len(rows) == MOST_BANDS * 2 * 2


def parts(*rows: tuple[str, str, int, float]) -> pd.DataFrame:
    """Kind, evaluation, number of groups and median ρ of influence; newton's ρ is lower still."""
    columns = ["kind", "evaluation", "n_groups", "spearman_median"]
    table = pd.DataFrame(rows, columns=columns).assign(method="influence")
    return pd.concat([table, table.assign(method="newton", spearman_median=-1.0)], ignore_index=True)


def all_groups(rho: float, low: float, slope: float = 2.0) -> pd.DataFrame:
    """Extents over all groups of both evaluations and both methods."""
    keys = [(evaluation, method) for evaluation in ("x", "y") for method in ("influence", "newton")]
    table = pd.DataFrame(keys, columns=["evaluation", "method"])
    return table.assign(spearman_median=rho, spearman_low=low, slope_median=slope)


def test_the_worst_part_has_the_lowest_median_among_those_with_groups_enough() -> None:
    table = parts(("a", "x", 40, 0.9), ("b", "x", 20, 0.6), ("few", "x", 9, 0.1), ("alone", "y", 50, 0.2))
    worst = ranked_worst(comparable(table, "influence"), all_groups(0.95, np.nan))
    assert worst is not None
    assert (worst["kind"], worst["spearman_median"]) == ("b", 0.6)


def test_a_part_that_is_like_all_groups_does_not_stand_out() -> None:
    rows = comparable(parts(("a", "x", 40, 0.985), ("b", "x", 20, 0.95), ("a", "y", 40, 0.97)), "influence")
    worst = ranked_worst(rows, all_groups(0.99, 0.96))
    assert worst is not None
    assert worst["kind"] == "b"
    assert ranked_worst(rows, all_groups(0.99, 0.94)) is None  # inside the interval of all groups
    assert ranked_worst(rows, all_groups(0.959, np.nan)) is None  # nearer than 0.01


def test_the_most_underestimated_part_has_the_largest_slope() -> None:
    table = parts(("a", "x", 40, 0.9), ("b", "x", 20, 0.9), ("c", "x", 20, 0.9))
    rows = comparable(table, "influence").assign(slope_median=[1.5, 3.0, -9.0])
    steepest = most_underestimated(rows, all_groups(0.9, np.nan))
    assert steepest is not None
    assert steepest["kind"] == "b"
    assert most_underestimated(rows, all_groups(0.9, np.nan, slope=2.9)) is None
    assert most_underestimated(rows.assign(slope_median=[0.5, 0.9, 0.1]), all_groups(0.9, np.nan, slope=0.4)) is None


@pytest.mark.parametrize(
    "table",
    [parts(("a", "x", 40, 0.9)), parts(("a", "x", 40, 0.9), ("few", "x", 9, 0.1)), parts(("a", "x", 40, np.nan))],
)
def test_nothing_is_worst_where_there_is_nothing_to_compare(table: pd.DataFrame) -> None:
    rows = comparable(table, "influence")
    assert rows.empty
    assert ranked_worst(rows, all_groups(1.0, np.nan)) is None


def test_a_single_measure_keeps_the_interval_of_its_table(effects: pd.DataFrame) -> None:
    table = agreement_table(effects, seed=0).table
    found = extents(table).set_index(["evaluation", "method"])
    own = table[(table["evaluation"] == "self_loss") & (table["kind"] == "all")].set_index("method")
    for method in ("influence", "newton"):
        for end in ("spearman_low", "spearman_high"):
            assert found.loc[("self_loss", method), end] == own.loc[method, end]
            assert np.isnan(found.loc[("test_loss", method), end])


def test_exactness_is_the_largest_error_as_a_share_of_its_scale(effects: pd.DataFrame) -> None:
    errors = np.where(effects["method"] == "actual", 1e-9, np.nan)
    spoiled = (effects["method"] == "actual") & (effects["evaluation"] == "self_loss") & (effects["group"] == 11)
    found = exactness(
        effects.assign(error_estimate=np.where(spoiled, 6e-9, errors)), {"test_loss": 0.5, "self_loss": 2.0}, 4
    )
    assert (found.groups, found.skipped) == (G, 4)
    actual = effects[effects["method"] == "actual"]
    sizes = actual["effect"].abs().groupby(actual["evaluation"]).max()
    assert sizes["test_loss"] > 0.5  # an actual effect above every predicted one is the scale
    largest = max(1e-9 / max(0.5, sizes["test_loss"]), 6e-9 / max(2.0, sizes["self_loss"]))
    assert found.of_scale == pytest.approx(largest)
    medians = actual["effect"].abs().groupby([actual["evaluation"], actual["test_point"]]).median()
    assert found.of_median == pytest.approx(max(1e-9 / medians["test_loss"].min(), 6e-9 / medians["self_loss"].min()))
    other = exactness(effects.assign(error_estimate=errors), {"test_loss": 0.1, "self_loss": 0.1}, 1)
    joint = joint_exactness([found, other])
    assert (joint.groups, joint.skipped) == (2 * G, 5)
    assert joint.of_scale == max(found.of_scale, other.of_scale)
    assert joint.of_median == found.of_median


def many_points(small: float) -> tuple[PairedEffects, pd.DataFrame]:
    """Three test points of 30 groups whose errors are alike; effects of the second are ``small``, errors 1e-12."""
    rng = np.random.default_rng(1)
    actual = rng.normal(size=(3, 30)) * np.array([1.0, small, 1.0])[:, None]
    rows = [
        {"group": g, "kind": "a", "evaluation": "test_loss", "test_point": e, "method": method, "effect": effect}
        for e in range(3)
        for g in range(30)
        for method, effect in (("influence", actual[e, g] * 0.5 + (1e-9 if e == 1 else 0.0)), ("actual", actual[e, g]))
    ]
    effects = pd.DataFrame(rows)
    effects["readout"] = "linear"
    effects["error_estimate"] = np.where(effects["method"] == "actual", 1e-12, np.nan)
    return pair_effects(effects), effects


def test_effects_below_their_errors_are_not_called_far_off() -> None:
    pairs, effects = many_points(small=1e-14)
    assert farthest_off(pairs, "influence", 10)["error"].max() > 1e4
    assert unresolved(pairs, effects) == [("test_loss", 1)]
    found = farthest_off(pairs, "influence", 10, unresolved(pairs, effects))
    assert set(found["test_point"]) == {0, 2}
    assert found["error"].max() < 10
    assert unresolved(*many_points(small=1e-9)) == []
    assert farthest_off(pairs, "influence", 10, pairs.measures).empty


def test_effects_that_are_all_zero_are_resolved_only_where_they_are_exact() -> None:
    pairs, effects = many_points(small=0.0)
    assert unresolved(pairs, effects) == [("test_loss", 1)]
    assert unresolved(pairs, effects.assign(error_estimate=0.0)) == []


def test_no_test_point_has_more_than_half_of_the_list_and_no_group_two_places() -> None:
    pairs, _ = many_points(small=1e-9)
    found = farthest_off(pairs, "influence", 9)
    assert (found["test_point"] == 1).sum() == 5  # its errors are the largest of every group
    assert found["group"].is_unique
    assert len(found) == 9
    assert found["error"].is_monotonic_decreasing
    assert len(farthest_off(pairs, "influence", 100)) == 30
