"""Where groups are drawn from a pool, messages, notes and groups speak of its rows, not of training rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.runs import unreported

from groupinf.effects.methods.influence import Influence
from groupinf.errors import ConfigError
from groupinf.reporting.paper.scatter import by_evaluation
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.group_effects.result import Run
from groupinf.studies.load import load_config

N, TESTED, POOLED = 60, 20, 40
# of the whole table: training rows p0 to p59, test rows p60 to p79, rows of the pool p80 to p119


def config(folder: Path, builder: object, change: object = "add", **dataset: object) -> dict[str, Any]:
    """A table whose training rows 0 and 1 are alike, as are rows of the pool nowhere."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(N + TESTED + POOLED, 2))
    X[1] = X[0]
    y = (X[:, 0] + 0.7 * rng.normal(size=len(X)) > 0).astype(int)
    y[1] = y[0]
    split = np.repeat(["train", "test", "pool"], [N, TESTED, POOLED])
    gaps = np.where(np.arange(len(X)) < N, "x", "")
    keys = [f"p{i}" for i in range(len(X))]
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": y, "split": split, "key": keys, "gap": gaps})
    frame.to_csv(folder / "own.csv", index=False)
    given = {"csv": str(folder / "own.csv"), "target": "y", "split": "split", "row_key": "key", "drop": ["gap"]}
    return {
        "name": "pooled",
        "dataset": {**given, **dataset},
        "regularization": {"lambda_over_n": 0.01},
        "change": change,
        "groups": {"sizes": {"min": 0.1, "max": 0.5, "num": 3}, "builders": [builder]},
        "test_points": {"indices": [0]},
    }


def fault(values: Mapping[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        load_checked(load_config(values, ()))
    return str(caught.value)


def group_file(folder: Path, column: str, row: str) -> dict[str, str]:
    (folder / "groups.csv").write_text(f"group,{column}\na,{row}\n", encoding="utf-8")
    return {"builder": "file", "path": str(folder / "groups.csv")}


@pytest.mark.parametrize(
    ("column", "row", "added", "removed"),
    [
        ("key", "p0", "expected that of a row of the pool, found 'p0', which is a training row", ""),
        (
            "key",
            "p70",
            "row of the pool, found 'p70', which is a test row",
            "training row, found 'p70', which is a test",
        ),
        ("key", "p90", "", "expected that of a training row, found 'p90', which is a row of the pool"),
        ("index", "40", "expected a row of the pool from 0 to 39, found 40, one more", ""),
        ("index", "50", "numbering of the whole file (120 rows): rows of the pool are numbered by themselves", ""),
        ("index", "70", "numbering of the whole file (120 rows): rows of the pool are", ": training rows are numbered"),
    ],
)
def test_a_group_file_names_rows_of_the_pool(tmp_path: Path, column: str, row: str, added: str, removed: str) -> None:
    builder = group_file(tmp_path, column, row)
    for change, words in (("add", added), ("remove", removed)):
        values = config(tmp_path, builder, change)
        if words:
            assert words in fault(values)
        else:
            load_checked(load_config(values, ()))


@pytest.mark.parametrize(
    ("builder", "words"),
    [
        ("copies", "copies: expected identical rows of the pool, found none in"),
        ({"builder": "column", "column": "gap"}, "expected a row of the pool with a value, found 40 without one"),
        ({"builder": "single_rows", "random": 41}, "expected at most 40, the number of rows of the pool, found 41"),
        ({"builder": "feature_clusters", "k": [41]}, "expected at most 40, the number of rows of the pool, found 41"),
    ],
)
def test_a_builder_that_cannot_work_speaks_of_the_pool(tmp_path: Path, builder: object, words: str) -> None:
    assert words in fault(config(tmp_path, builder))


def test_notes_on_indices_count_the_pool(tmp_path: Path) -> None:
    builder = group_file(tmp_path, "index", "3")
    for change, words in (("add", "the 40 rows of the pool after"), ("remove", "the 60 training rows after")):
        [note] = plan(load_config(config(tmp_path, builder, change), ())).notes[-1:]
        assert f"index counts {words} the split, not the 120 rows of the data's file" in note
    # no row of the pool was left out: there is nothing to take for another numbering
    chosen = config(tmp_path, builder, "add", subset={"rows": 50})
    assert not any("index counts" in note for note in plan(load_config(chosen, ())).notes)


def test_groups_and_figures_are_of_rows_of_the_pool(tmp_path: Path) -> None:
    runs: dict[str, Run] = {}
    for change, words in (("add", "all rows of the pool"), ("remove", "all training points")):
        runs[change] = unreported(config(tmp_path, "random", change), tmp_path)
        assert set(runs[change].groups["made_from"]) == {words}

    def caption(*changes: str) -> str:
        return by_evaluation([runs[change] for change in changes], Influence).foot[0]

    assert caption("add").startswith("Each point is a group of rows of the pool;")
    assert caption("remove").startswith("Each point is a group of training points;")
    assert caption("add", "remove").startswith("Each point is a group of training points or rows of the pool;")
