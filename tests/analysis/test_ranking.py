"""Groups are ranked by their effects, the largest rise first, each measure and method by itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from groupinf.analysis.effect_arrays import effect_arrays
from groupinf.analysis.ranking import extremes, ranks
from groupinf.analysis.ranking import ranking as ranking_of

NAMES = ["a", "b", "c", "d"]
EFFECTS = {
    ("test_loss", 3): {"influence": [1.0, 4.0, -2.0, 0.0], "actual": [2.0, 3.0, -5.0, 2.0]},
    ("test_loss", 1): {"influence": [0.0, -1.0, 9.0, 8.0], "actual": [-1.0, -2.0, 7.0, 0.5]},
}


def tidy() -> pd.DataFrame:
    rows = [
        (group, NAMES[group], "own", 10 + group, point, evaluation, method, effects[group], 1e-9)
        for group in range(4)
        for (evaluation, point), by_method in EFFECTS.items()
        for method, effects in by_method.items()
    ]
    columns = ["group", "group_name", "kind", "size", "test_point", "evaluation", "method", "effect", "error_estimate"]
    return pd.DataFrame(rows, columns=columns)


def ranking(effects: pd.DataFrame, method: str = "actual", ends: pd.DataFrame | None = None) -> pd.DataFrame:
    about = effects.drop_duplicates("group").set_index("group")
    return ranking_of(effect_arrays([effects.assign(readout="exact")]), about, method, ends)


def test_ranks_by_hand() -> None:
    """1 is the largest rise; groups of one effect share the better rank; each column is ranked by itself."""
    effects = np.array([[2.0, 1.0, -1.0], [3.0, 4.0, -2.0], [-5.0, -2.0, 7.0], [2.0, 0.0, 0.5]])
    assert ranks(effects).T.tolist() == [[2, 1, 4, 2], [2, 1, 4, 3], [3, 4, 1, 2]]


def test_the_ranking_orders_each_measure_and_keeps_the_predictions_beside() -> None:
    """Measures stand in the order of the table; of equal effects the group of the lower number comes first."""
    table = ranking(tidy())
    assert table["test_point"].tolist() == [3] * 4 + [1] * 4
    assert table["group_name"].tolist() == ["b", "a", "d", "c", "c", "d", "a", "b"]
    assert table["rank"].tolist() == [1, 2, 2, 4, 1, 2, 3, 4]
    assert table["influence"].tolist() == [4, 1, 0, -2, 9, 8, 0, -1]
    by_influence = ranking(tidy(), "influence")
    assert by_influence["group_name"].tolist() == ["b", "a", "d", "c", "c", "d", "a", "b"]
    assert by_influence["rank"].tolist() == [1, 2, 3, 4, 1, 2, 3, 4]


def test_intervals_stand_beside_effects() -> None:
    """Each beside that of its group on its test point."""
    ends = tidy()[tidy()["method"] == "actual"][["evaluation", "test_point", "group"]]
    ends = ends.assign(effect_low=-1.0, effect_high=1.0, rank_low=1, rank_high=np.arange(8) + 1)
    table = ranking(tidy(), ends=ends)
    assert table.set_index(["test_point", "group"])["rank_high"].to_dict() == {
        (3, 0): 1, (1, 0): 2, (3, 1): 3, (1, 1): 4, (3, 2): 5, (1, 2): 6, (3, 3): 7, (1, 3): 8
    }  # fmt: skip
    assert "rank_high" not in ranking(tidy(), "influence")


def test_extremes_name_a_group_once_where_it_goes_farthest() -> None:
    """c rises on test point 1 and falls on 3; a group that does neither is in neither list."""
    table = ranking(tidy())
    rises, falls = (extremes(table, "actual", 3, rises=way) for way in (True, False))
    assert list(zip(rises["group_name"], rises["test_point"], strict=True)) == [("c", 1), ("b", 3), ("a", 3)]
    assert list(zip(falls["group_name"], falls["test_point"], strict=True)) == [("c", 3), ("b", 1), ("a", 1)]
