"""Bands of sizes, extents and the groups farthest off say what a plain loop over the groups says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from groupinf.analysis.agreement import agreement_table
from groupinf.analysis.breakdown import MOST_BANDS, agreement_by_size, size_bands
from groupinf.analysis.extent import extents
from groupinf.analysis.farthest import farthest_off
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
            columns = {"group": np.arange(G) + 5, "kind": "random", "method": method, "effect": effect}
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
