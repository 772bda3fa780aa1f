"""A run says which line of the data each row is, and rows may be named by a key wherever they are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import groupinf
from groupinf.config.load import load_config
from groupinf.datasets.registry import load_dataset
from groupinf.errors import ConfigError
from groupinf.experiments.plan import plan
from groupinf.experiments.rows import rows_frame
from groupinf.experiments.run_directory import RunDirectory
from groupinf.numerics.cross_validation import stratified_folds
from groupinf.reporting.report import report_markdown
from groupinf.reporting.terminal import spearman_text

N = 80


@pytest.fixture
def table(tmp_path: Path) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "patient": [f"P{i:03d}" for i in rng.permutation(N)],
            "age": rng.integers(20, 90, N),
            "pressure": rng.normal(120, 10, N).round(1),
            "weight": rng.uniform(0.5, 2.0, N).round(2),
        }
    )
    frame["state"] = np.where(frame.age + rng.normal(0, 20, N) > 60, "ill", "well")
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet", index=False)
    (tmp_path / "groups.csv").write_text("group,key\nmine,P002\nmine,P003\nmine,P010\nother,P011\n")
    return frame


def study(folder: Path, **changes: Any) -> dict[str, Any]:
    dataset: dict[str, Any] = {
        "csv": str(folder / "t.csv"),
        "target": "state",
        "weight": "weight",
        "row_key": "patient",
        "test_fraction": 0.2,
        "standardise": True,
    }
    dataset |= changes.pop("dataset", {})
    return {
        "name": "rows",
        "dataset": {key: value for key, value in dataset.items() if value is not None},
        "regularization": {"lambda_over_n": 0.01},
        "groups": {"builders": [{"builder": "file", "path": str(folder / "groups.csv")}]},
        "test_points": {"random": 2},
        **changes,
    }


def run(folder: Path, **changes: Any) -> groupinf.Run:
    return groupinf.run_experiment(study(folder, **changes), out=folder / "runs", jobs=1)


def members(found: groupinf.Run, group: int) -> np.ndarray:
    groups = np.load(found.path / "groups.npz")
    return np.asarray(groups["indices"][groups["indptr"][group] : groups["indptr"][group + 1]])


def rows_of(folder: Path, **changes: Any) -> pd.DataFrame:
    """What rows.parquet would hold."""
    loaded = load_config(study(folder, **changes))
    return rows_frame(load_dataset(loaded.config.dataset, loaded.base, loaded.config.seed))


@pytest.fixture
def trained(table: pd.DataFrame, tmp_path: Path) -> list[str]:
    """Keys of the training rows, in their order."""
    rows = rows_of(tmp_path)
    return [str(key) for key in rows[rows.split == "train"].key]


@pytest.mark.parametrize(("key", "file", "first_line"), [("csv", "t.csv", 2), ("parquet", "t.parquet", 0)])
def test_every_row_of_a_run_is_a_line_of_the_file(
    table: pd.DataFrame, trained: list[str], tmp_path: Path, key: str, file: str, first_line: int
) -> None:
    rows = rows_of(tmp_path, dataset={"csv": None, key: str(tmp_path / file)})
    assert list(rows.columns) == ["file", "line", "split", "row", "label", "weight", "key"]
    assert len(rows) == N
    assert set(rows.file) == {file}
    at = table.iloc[rows.line.astype(int).to_numpy() - first_line].reset_index(drop=True)
    assert rows.key.tolist() == at.patient.tolist()
    assert rows.label.tolist() == at.state.tolist()
    train = rows.split == "train"
    np.testing.assert_array_equal(rows.weight[train], at.weight[train])
    assert rows.row.tolist() == [*range(train.sum()), *range((~train).sum())]


def test_group_files_name_rows_by_key(trained: list[str], tmp_path: Path) -> None:
    wanted = [trained[5], trained[1], trained[20]]
    (tmp_path / "groups.csv").write_text("key,group\n" + "".join(f"{key},mine\n" for key in wanted))
    found = run(tmp_path)
    np.testing.assert_array_equal(members(found, 0), [1, 5, 20])
    assert found.rows is not None
    pd.testing.assert_frame_equal(found.rows, rows_of(tmp_path), check_dtype=False)
    assert "rows.parquet" in RunDirectory(found.path).require_manifest()["files"]


def test_test_points_are_named_by_key_and_tables_show_it(trained: list[str], tmp_path: Path) -> None:
    (tmp_path / "groups.csv").write_text(f"group,key\nmine,{trained[0]}\n")
    rows = rows_of(tmp_path)
    keys = rows[rows.split == "test"].key.tolist()
    found = run(tmp_path, test_points={"keys": [keys[3], keys[0]]})
    assert found.manifest["test_points"] == [3, 0]
    for text in (spearman_text(found, 200), report_markdown(found)):
        assert f"patient={keys[3]}" in text


def test_tables_carry_names_and_theta_those_of_features(trained: list[str], tmp_path: Path) -> None:
    (tmp_path / "groups.csv").write_text(f"group,key\nward 7,{trained[0]}\nward 7,{trained[2]}\n")
    found = run(tmp_path)
    assert set(found.effects.group_name) == {"ward 7"}
    assert set(found.retrains.group_name) == {"ward 7"}
    assert np.load(found.path / "theta.npz")["feature_names"].tolist() == ["age", "pressure"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("group,key\nmine,P9999\n", "key: expected that of a training row, found 'P9999'"),
        ("group,key\nmine,{test}\n", "found '{test}', which is a test row"),
        ("group,index\nmine,70\n", "found 70, which fits only a numbering of the whole file (80 rows)"),
        ("group,index\nmine,80\n", "expected a training row from 0 to 63, found 80"),
        ("group,key,index\nmine,{train},3\n", "expected either index or key, found both"),
    ],
)
def test_what_names_no_training_row_is_refused_with_its_line(
    trained: list[str], tmp_path: Path, lines: str, words: str
) -> None:
    rows = rows_of(tmp_path)
    names = {"test": str(rows[rows.split == "test"].key.iloc[0]), "train": trained[0]}
    (tmp_path / "groups.csv").write_text(lines.format(**names))
    with pytest.raises(ConfigError) as caught:
        plan(load_config(study(tmp_path)))
    assert words.format(**names) in str(caught.value)
    assert "groups.csv, line " in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dataset": {"row_key": "age"}}, "expected every row key once"),
        ({"dataset": {"row_key": "nobody"}}, "dataset.row_key"),
        ({"dataset": {"row_key": None}}, "expected data whose rows have keys, found none"),
        ({"test_points": {"keys": ["P9999"]}}, "test_points.keys: expected keys of test rows, found 'P9999'"),
    ],
)
def test_keys_that_cannot_be_are_refused(
    table: pd.DataFrame, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        plan(load_config(study(tmp_path, **change)))


def test_a_stratified_split_gives_each_class_its_share_and_the_other_stays_as_it_was(
    trained: list[str], tmp_path: Path
) -> None:
    def shares(stratify: bool | None) -> dict[str, int]:
        rows = rows_of(tmp_path, dataset={"stratify": stratify})
        return {str(k): int(v) for k, v in rows[rows.split == "test"].label.value_counts().items()}

    table = pd.read_csv(tmp_path / "t.csv")
    expected = {label: count * 0.2 for label, count in table.state.value_counts().items()}
    found = shares(True)
    assert sum(found.values()) == 16
    assert all(abs(found[str(label)] - share) <= 1 for label, share in expected.items())
    assert shares(False) == shares(None)


def test_stratified_folds_deal_out_each_class() -> None:
    y = np.sort(np.random.default_rng(1).integers(3, size=100)).astype(float)
    folds = stratified_folds(y, 5, None)
    np.testing.assert_array_equal(np.sort(np.concatenate(folds)), np.arange(100))
    counts = np.array([np.bincount(y[rows].astype(int), minlength=3) for rows in folds])
    assert (counts.max(axis=0) - counts.min(axis=0) <= 1).all()


@pytest.mark.parametrize(("stratified", "told"), [(False, True), (True, False)])
def test_folds_of_one_class_are_said(table: pd.DataFrame, tmp_path: Path, stratified: bool, told: bool) -> None:
    table.sort_values("state").to_csv(tmp_path / "t.csv", index=False)
    wanted = {"cross_validation": {"min": 0.01, "max": 1.0, "num": 2, "stratified": stratified}}
    groups = {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]}
    notes = plan(load_config(study(tmp_path, regularization=wanted, groups=groups))).notes
    assert any("are all of one class in" in note and "stratified: true" in note for note in notes) == told


def test_skipped_groups_are_named(trained: list[str], tmp_path: Path) -> None:
    rows = rows_of(tmp_path)
    ill = rows[(rows.split == "train") & (rows.label == "ill")].key
    lines = "".join(f"all the ill,{key}\n" for key in ill) + f"one,{trained[0]}\n"
    (tmp_path / "groups.csv").write_text("group,key\n" + lines)
    found = run(tmp_path)
    for text in (spearman_text(found, 200), report_markdown(found)):
        assert "all the ill" in text
