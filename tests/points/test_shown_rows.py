"""Rows that are listed are among those that are kept for showing, of ties too."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from groupinf.analysis.single_rows import strongest, suspects
from groupinf.points.point_effects import PointEffects, RemovalEffects
from groupinf.points.row_scores import RowScores
from groupinf.points.shown_rows import telling_rows

N = 12


def tied(influence: np.ndarray, rises: np.ndarray) -> PointEffects:
    """Effects of which no more than these is known."""
    unknown = np.full(N, np.nan)
    scores = RowScores(**{**dict.fromkeys(RowScores.__dataclass_fields__, unknown), "self_newton": rises})
    parts = dict.fromkeys(RemovalEffects.__dataclass_fields__, influence[None])
    return PointEffects(np.arange(N), (("test_loss", 0),), scores, RemovalEffects(**parts))


@pytest.mark.parametrize("most", [1, 2, 4])
def test_of_equal_rows_those_are_kept_that_are_listed(most: int) -> None:
    influence, rises = np.repeat([-2.0, 1.0], N // 2), np.ones(N)
    kept = telling_rows(tied(influence, rises), np.ones((1, N), dtype=bool), most)
    about = {"evaluation": "test_loss", "test_point": 0, "loss": 1.0, "score": 1.0}
    table = pd.DataFrame({"row": np.arange(N), "influence": influence, "self_newton": rises, **about})
    listed = [*(strongest(table, most, way)["row"] for way in (True, False)), suspects(table, most)["row"]]
    assert {*np.concatenate(listed)} == {*kept}
