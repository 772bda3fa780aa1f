"""The effects of a run are read when first asked for, whole or as arrays, and never where they were altered."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.runs import unreported

from groupinf.analysis.effect_arrays import KEYS, effect_arrays
from groupinf.errors import DataError
from groupinf.experiments.folder import files
from groupinf.experiments.folder.files import TableInParts, parquet_parts, row_groups, write_atomically
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.studies.group_effects.result import EFFECTS, Run
from groupinf.studies.group_effects.study import load_run

STUDY: dict[str, Any] = {
    "name": "read",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 0.05},
    "test_points": {"random": 2},
    "evaluations": ["test_loss", "test_error"],
    "groups": {"sizes": {"min": 0.01, "max": 0.1, "num": 4}, "builders": ["random"]},
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unreported(STUDY, tmp_path_factory.mktemp("out")).path


def test_effects_are_read_when_they_are_asked_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    whole = RunDirectory.read_table
    monkeypatch.setattr(RunDirectory, "read_table", lambda self, name, of: read.append(name) or whole(self, name, of))
    run = load_run(path)
    assert EFFECTS not in read
    assert run.arrays.effect.shape == (4, 14)  # test error has no row of influence
    assert EFFECTS not in read
    assert len(run.effects) == len(run.effects) == 56
    assert read.count(EFFECTS) == 1


def test_effects_that_were_altered_are_refused_when_the_run_is_read(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / path.name
    shutil.copytree(path, copy)
    (copy / EFFECTS).write_bytes((copy / EFFECTS).read_bytes()[:-1])
    with pytest.raises(DataError, match=r"effects\.parquet: missing, or not the file that manifest\.json names"):
        load_run(copy)


def test_a_run_may_be_given_its_effects_and_has_no_default(path: Path) -> None:
    run = load_run(path)
    less = replace(run, effects=run.effects[run.effects["group"] == 2])
    assert less.arrays.groups.tolist() == [2]
    given = {name: value for name, value in vars(run).items() if name not in ("effects", "arrays")}
    with pytest.raises((AttributeError, TypeError)):
        Run(**given).effects  # noqa: B018


@pytest.mark.parametrize("rows", [1 << 20, 7])
def test_arrays_hold_the_rows_of_the_table(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """Whatever its order, and in how many row groups it was written."""
    effects = load_run(path).effects.sample(frac=1.0, random_state=3).reset_index(drop=True)
    monkeypatch.setattr(files, "ROW_GROUP", rows)
    parts = (effects.iloc[part.start : part.stop] for part in row_groups(len(effects)))
    write_atomically(tmp_path / "e.parquet", TableInParts(parts))
    arrays = effect_arrays(parquet_parts(tmp_path / "e.parquet", [*KEYS, "group", "effect", "error_estimate"]))
    assert sorted(arrays.groups) == [0, 1, 2, 3]
    columns = {key: i for i, key in enumerate(arrays.columns.itertuples(index=False, name=None))}
    place = {group: i for i, group in enumerate(arrays.groups)}
    for row in effects.to_dict("records"):
        at = place[row["group"]], columns[tuple(row[name] for name in KEYS)]
        assert (arrays.effect[at], arrays.error[at]) == (row["effect"], row["error_estimate"])
    assert arrays.effect.size == len(effects)


def test_what_a_group_has_no_row_of_is_no_number() -> None:
    table = pd.DataFrame({"evaluation": "test_loss", "test_point": [1, 1, 2], "method": "newton", "readout": "exact"})
    arrays = effect_arrays([table.assign(group=[5, 3, 5], effect=[1.0, 2.0, 3.0], error_estimate=0.5)])
    assert arrays.groups.tolist() == [5, 3]
    assert np.array_equal(arrays.effect, [[1.0, 3.0], [2.0, np.nan]], equal_nan=True)
    assert arrays.at(2).effect.tolist()[0] == [3.0]
    assert arrays.of("self_loss").effect.shape == (2, 0)
