"""Attributes go together with effects by rank correlation: within parts of the groups, and with size partialled out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from groupinf.analysis.attributes import (
    attribute_table,
    category_table,
    numeric_attributes,
    strongest_given_size,
    subsets,
)
from groupinf.analysis.pairs import PairedEffects

G = 40
MEASURES = (("test_loss", -2), ("test_loss", -3), ("self_loss", -1))


@pytest.fixture
def pairs() -> PairedEffects:
    rng = np.random.default_rng(0)
    actual = rng.normal(size=(3, G))
    predicted = np.stack([actual + 0.5 * rng.normal(size=(3, G)), actual])
    kinds = np.array(["a"] * 25 + ["b"] * 15, dtype=object)
    return PairedEffects(MEASURES, ("influence", "newton"), np.arange(G), kinds, predicted, actual)


@pytest.fixture
def attributes(pairs: PairedEffects) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    size = rng.integers(1, 9, size=G).astype(float)
    coverage = 0.3 * size + np.abs(pairs.actual[0])
    coverage[[3, 30]] = np.nan
    return pd.DataFrame(
        {
            "size": size,
            "share_of_label x": rng.uniform(size=G),
            "constant": 1.0,
            "coverage": coverage,
            "sign": np.where(pairs.actual[1] > 0, "plus", "minus"),
            "one": "same",
            "each": [f"group {i}" for i in range(G)],
        }
    )


def partial(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> float:
    """Pearson's correlation of what is left of the ranks of x and y when a line in the ranks of z is taken off."""
    ranks = [pd.Series(values).rank().to_numpy() for values in (x, y, z)]
    Z = np.column_stack([np.ones(len(z)), ranks[2]])
    left = [r - Z @ np.linalg.lstsq(Z, r, rcond=None)[0] for r in ranks[:2]]
    return float(np.corrcoef(*left)[0, 1])


def test_every_correlation_is_that_of_scipy(pairs: PairedEffects, attributes: pd.DataFrame) -> None:
    """Over all groups, those of each kind and of each category that have the attribute; of effects and magnitudes; with
    size partialled out as a regression of ranks on ranks would."""
    table = attribute_table(pairs, attributes)
    kinds = pd.Series(pairs.kinds)
    effects = dict(zip(pairs.methods, pairs.predicted, strict=True)) | {"actual": pairs.actual}
    assert len(table) == 3 * 3 * 2 * (1 + 2 + 2) * 5
    for row in table.to_dict("records"):
        among = {"": np.ones(G, bool), "kind": kinds == row["value"], "sign": attributes["sign"] == row["value"]}
        rows = np.asarray(among[row["among"]]) & attributes[row["attribute"]].notna().to_numpy()
        y = effects[row["method"]][MEASURES.index((row["evaluation"], row["test_point"]))][rows]
        x = attributes[row["attribute"]].to_numpy()[rows]
        y = np.abs(y) if row["magnitude"] else y
        size = attributes["size"].to_numpy()[rows]
        expected = partial(x, y, size) if row["given"] else spearmanr(x, y).statistic
        assert row["spearman"] == pytest.approx(expected, abs=1e-12)
        assert row["n_groups"] == rows.sum()
        assert row["spearman_low"] < row["spearman"] < row["spearman_high"]


def test_partialling_out_size_tells_a_cause_from_what_comes_with_it(pairs: PairedEffects) -> None:
    """An attribute that is size with a little noise goes together with effects that are size too; given size it does
    not."""
    rng = np.random.default_rng(2)
    size = np.arange(1.0, G + 1)
    effects = size + rng.normal(scale=3, size=(3, G))
    attributes = pd.DataFrame({"size": size, "beds": size + rng.normal(scale=3, size=G)})
    made = PairedEffects(MEASURES, pairs.methods, pairs.groups, pairs.kinds, pairs.predicted, effects)
    table = attribute_table(made, attributes)
    rows = table[(table["method"] == "actual") & (table["among"] == "") & (table["attribute"] == "beds")]
    rows = rows[~rows["magnitude"]]
    assert (rows[rows["given"] == ""]["spearman"] > 0.9).all()
    given = rows[rows["given"] == "size"]
    assert (given["spearman_low"] < 0).all()
    assert (given["spearman_high"] > 0).all()


def test_numbers_that_differ_between_groups_are_compared(attributes: pd.DataFrame) -> None:
    """Constants and texts are not."""
    assert list(numeric_attributes(attributes)) == ["size", "share_of_label x", "coverage"]


def test_parts_are_kinds_and_categories(attributes: pd.DataFrame) -> None:
    """Of one kind there are no parts by kind; a text that is the same in all groups, or another in each, makes none."""
    assert [(p.column, p.value) for p in subsets(["a"] * G, attributes)] == [
        ("", ""),
        *(("sign", value) for value in dict.fromkeys(attributes["sign"])),
    ]


def test_what_is_undefined_is_left_out(pairs: PairedEffects, attributes: pd.DataFrame) -> None:
    """Effects that are all the same, a method that does not predict a measure, and an attribute that size decides."""
    actual = pairs.actual.copy()
    actual[2] = 0.0
    predicted = pairs.predicted.copy()
    predicted[0, 1] = np.nan
    made = PairedEffects(MEASURES, pairs.methods, pairs.groups, pairs.kinds, predicted, actual)
    table = attribute_table(made, attributes)
    assert not ((table["evaluation"] == "self_loss") & (table["method"] == "actual")).any()
    assert not ((table["test_point"] == -3) & (table["method"] == "influence")).any()
    assert table["spearman"].notna().all()
    few = attribute_table(pairs, attributes.assign(coverage=[1.0, 2.0, *[np.nan] * (G - 2)]))
    assert "coverage" not in set(few["attribute"])


def test_categories_by_hand(pairs: PairedEffects, attributes: pd.DataFrame) -> None:
    """Of the groups whose effect on the second set is above 0 that share is 1, of the others 0; medians by numpy."""
    table = category_table(pairs, attributes)
    assert set(table["attribute"]) == {"sign"}
    rows = table[(table["test_point"] == -3) & (table["method"] == "actual")].set_index("category")
    assert rows["above_zero"].to_dict() == {"plus": 1.0, "minus": 0.0}
    plus = pairs.actual[1] > 0
    assert rows["median"].to_dict() == {
        "plus": np.median(pairs.actual[1][plus]),
        "minus": np.median(pairs.actual[1][~plus]),
    }
    assert rows["n_groups"].to_dict() == {"plus": plus.sum(), "minus": (~plus).sum()}


def test_attributes_are_ordered_by_what_they_add_to_size(pairs: PairedEffects, attributes: pd.DataFrame) -> None:
    """Size comes first, then those of the largest partial correlation with an effect or a magnitude; what size decides
    is left out, and where all groups are of one size correlations are plain ones."""
    numeric = numeric_attributes(attributes.assign(share=attributes["size"] / 9, less=-(attributes["size"] ** 2)))
    size = attributes["size"].to_numpy()
    sides = [*pairs.actual, *np.abs(pairs.actual)]

    def strength(name: str) -> float:
        known = ~np.isnan(numeric[name])
        return max(abs(partial(numeric[name][known], side[known], size[known])) for side in sides)

    found = strongest_given_size(numeric, size, pairs.actual)
    assert found[0] == "size"
    assert sorted(found[1:]) == ["coverage", "share_of_label x"]
    assert strength(found[1]) > strength(found[2])
    numeric = {name: numeric[name] for name in ("share_of_label x", "coverage", "share")}
    plain = {
        name: max(abs(spearmanr(values, side, nan_policy="omit").statistic) for side in sides)
        for name, values in numeric.items()
    }
    assert strongest_given_size(numeric, np.ones(G), pairs.actual) == sorted(plain, key=lambda name: -plain[name])
    reverse = dict(reversed(numeric.items()))
    assert strongest_given_size(reverse, np.ones(G), pairs.actual) == sorted(plain, key=lambda name: -plain[name])
