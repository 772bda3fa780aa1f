"""The features of largest perturbation are listed, those made from one column side by side."""

from __future__ import annotations

import pandas as pd
import pytest

from groupinf.reporting.tables.points import FEATURES, perturbation_listings
from groupinf.studies.group_effects.result import Run


def test_features_of_a_column_stand_together(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"age": 0.1, "city=Oslo": -5.0, "income": 4.0, "city=Bonn": 3.0, "b": 2.0, "c": -1.0}
    columns = [name.split("=")[0] for name in sizes]
    frame = pd.DataFrame(
        {
            "row": 3,
            "evaluation": "test_loss",
            "test_point": 8,
            "feature": list(sizes),
            "column": columns,
            "value": 1.0,
            "first": 0.0,
            "second": list(sizes.values()),
            "perturbation": list(sizes.values()),
        }
    )
    points = frame[["row", "evaluation", "test_point"]].drop_duplicates().assign(influence=1.0)
    run = object.__new__(Run)
    for name, value in {"perturbation": frame, "points": points}.items():
        object.__setattr__(run, name, value)
    monkeypatch.setattr("groupinf.reporting.tables.points.test_point_names", lambda run: {})
    [listing] = perturbation_listings(run)
    rows = listing.lines[1:]
    assert [line[2] for line in rows] == ["city=Oslo", "city=Bonn", "income", "b", "c"]
    assert len(rows) == FEATURES
    assert [line[0] for line in rows] == ["3", "", "", "", ""]
    assert rows[0][3:] == ("1", "0", "−5", "−5")


def test_a_run_without_has_none() -> None:
    run = object.__new__(Run)
    object.__setattr__(run, "perturbation", None)
    assert perturbation_listings(run) == []
