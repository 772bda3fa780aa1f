"""Each row knows its file, its line and its key, whatever the format; keys that do not tell rows apart are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.known import breast_cancer
from groupinf.datasets.own.csv import CsvDataset
from groupinf.datasets.own.libsvm import LibsvmDataset, load_libsvm
from groupinf.datasets.own.npz import NpzDataset, load_npz
from groupinf.datasets.own.parquet import ParquetDataset
from groupinf.datasets.registry import DATASET_KINDS, load_dataset
from groupinf.errors import DataError


def load_csv(path: Path, test: Path | None = None, seed: int = 0, **options: Any) -> Dataset:
    section = {"csv": str(path), "target": "y", **options, **({"test_file": str(test)} if test else {})}
    return load_dataset(CsvDataset.model_validate(section), path.parent, seed)


def table(rows: int = 20) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    keys = [f"p{i}" for i in range(rows)]
    return pd.DataFrame({"id": keys, "x": rng.normal(size=rows).round(4), "y": np.arange(rows) % 2})


def parts(dataset: Dataset) -> list[tuple[int, np.ndarray]]:
    """(place among the origins, features) of every row."""
    X = np.concatenate([np.asarray(dataset.X_train), np.asarray(dataset.X_test)])
    return list(enumerate(X))


def test_the_line_of_a_csv_is_where_the_record_begins_past_blank_lines_and_quoted_breaks(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    lines = ["note,x,y"]
    for i in range(12):
        lines.append(f'"two\nlines",{i},{i % 2}' if i % 3 == 0 else f"one,{i},{i % 2}")
        lines += [""] * (i % 2)
    path.write_text("\n".join(lines) + "\n")
    dataset = load_csv(path, test_fraction=0.25, drop=["note"])
    assert dataset.origins is not None
    written = path.read_text().splitlines()
    for row, (x,) in parts(dataset):
        line = dataset.origins.line[row]
        record = written[line - 1] if '"' not in written[line - 1] else "\n".join(written[line - 1 : line + 1])
        assert record.endswith(f",{x:.0f},{x % 2:.0f}")
    assert set(dataset.origins.file) == {"mine.csv"}
    assert dataset.origins.one_numbering


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_key_is_that_of_the_row_and_no_feature(tmp_path: Path, kind: str) -> None:
    frame, path = table(), tmp_path / f"mine.{kind}"
    frame.to_csv(path, index=False) if kind == "csv" else frame.to_parquet(path, index=False)
    config = DATASET_KINDS[kind].options.model_validate(
        {kind: str(path), "target": "y", "row_key": "id", "drop": ["id"]}
    )
    dataset = load_dataset(config, tmp_path, 0)
    assert dataset.feature_names == ("x",)
    assert dataset.origins is not None
    assert dataset.origins.key is not None
    of = dict(zip(frame["id"], frame["x"], strict=True))
    assert [of[key] for key in dataset.origins.key] == [x for _, (x,) in parts(dataset)]
    first = 2 if kind == "csv" else 0
    assert [f"p{line - first}" for line in dataset.origins.line] == dataset.origins.key.tolist()
    assert [use.role for use in dataset.uses if use.name == "id"] == ["row key"]


def test_whole_numbers_name_rows_without_decimals_and_text_as_it_is(tmp_path: Path) -> None:
    for values, expected in (([3.0, 1.0, 2.0, 4.0], "3"), (["003", "1", "2", "4"], "003")):
        path = tmp_path / "mine.parquet"
        pd.DataFrame({"id": values, "x": [1.0, 2, 3, 4], "y": [0, 1, 0, 1]}).to_parquet(path, index=False)
        config = ParquetDataset.model_validate(
            {"parquet": str(path), "target": "y", "row_key": "id", "test_fraction": 0.25}
        )
        origins = load_dataset(config, tmp_path, 0).origins
        assert origins is not None
        assert expected in origins.rows_by_key()


def test_two_files_keep_their_names_and_lines(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        table().assign(id=[f"{folder}{i}" for i in range(20)]).to_csv(tmp_path / folder / "rows.csv", index=False)
    one, other = tmp_path / "a" / "rows.csv", tmp_path / "b" / "rows.csv"
    dataset = load_csv(one, other, row_key="id")
    assert dataset.origins is not None
    assert dataset.origins.file.tolist() == [str(one)] * 20 + [str(other)] * 20
    assert set(dataset.origins.file) == set(dataset.sources)
    assert dataset.origins.line.tolist() == [*range(2, 22)] * 2
    assert not dataset.origins.one_numbering


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.replace("p7,", "p3,"), r"mine\.csv, line 9: column 'id': .*once, found 'p3' again, .*line 5;"),
        (lambda t: t.replace("p7,", " p3 ,"), r"line 9: .*found 'p3' again"),
        (lambda t: t.replace("p7,", ","), r"mine\.csv, line 9: column 'id': expected a key for every row, found ''"),
        (lambda t: t.replace("p7,", "NA,"), r"line 9: .*found 'NA'"),
    ],
)
def test_a_key_that_is_missing_or_of_two_rows_is_refused_with_its_line(tmp_path: Path, change, message: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(change(table().to_csv(index=False)))
    with pytest.raises(DataError, match=message):
        load_csv(path, row_key="id")


def test_a_key_of_both_files_is_refused_and_the_test_file_needs_the_column(tmp_path: Path) -> None:
    one, other = tmp_path / "mine.csv", tmp_path / "other.csv"
    table().to_csv(one, index=False)
    table().to_csv(other, index=False)
    with pytest.raises(DataError, match=r"other\.csv, line 2: column 'id': .*'p0' again, first at .*mine\.csv, line 2"):
        load_csv(one, other, row_key="id")
    table().drop(columns="id").to_csv(other, index=False)
    with pytest.raises(DatasetConfigError, match=r"and the row key of .* found no column 'id'"):
        load_csv(one, other, row_key="id")


@pytest.mark.parametrize(("options", "key"), [({"row_key": "idd"}, "row_key"), ({"row_key": "y"}, "row_key")])
def test_a_column_that_is_absent_or_the_target_is_no_row_key(tmp_path: Path, options: dict[str, Any], key: str) -> None:
    table().to_csv(tmp_path / "mine.csv", index=False)
    with pytest.raises(DatasetConfigError, match=r"did you mean 'id'|other than the target") as error:
        load_csv(tmp_path / "mine.csv", **options)
    assert error.value.key == ("dataset", key)


def test_whole_numbers_that_no_float_tells_apart_are_keys(tmp_path: Path) -> None:
    path = tmp_path / "mine.parquet"
    table().assign(id=np.arange(20, dtype=np.uint64) + 2**63).to_parquet(path, index=False)
    config = ParquetDataset.model_validate({"parquet": str(path), "target": "y", "row_key": "id"})
    origins = load_dataset(config, tmp_path, 0).origins
    assert origins is not None
    assert set(origins.rows_by_key()) == {str(2**63 + i) for i in range(20)}


def test_the_line_of_a_libsvm_row_skips_blank_lines_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "rows.txt"
    path.write_text("# made by hand\n\n" + "".join(f"{i % 2} 1:{i + 1} # {i}\n\n" for i in range(10)))
    dataset = load_libsvm(LibsvmDataset(libsvm=str(path), test_fraction=0.3), [path], 3)
    X = np.concatenate([dataset.X_train.toarray(), dataset.X_test.toarray()])
    assert dataset.origins is not None
    assert dataset.origins.line.tolist() == (2 * X[:, 0] + 1).astype(int).tolist()


def npz(path: Path, **more: Any) -> Path:
    X = np.arange(12.0).reshape(6, 2)
    np.savez(path, X_train=X, y_train=[0, 1] * 3, X_test=X[:2], y_test=[0, 1], **more)
    return path


def test_rows_of_an_npz_are_those_of_its_arrays_and_may_have_keys(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz")
    origins = load_npz(NpzDataset(npz=str(path)), [path], 0).origins
    assert origins is not None
    assert (origins.line.tolist(), set(origins.file), origins.key) == ([0, 1, 2, 3, 4, 5, 0, 1], {"a.npz"}, None)
    assert not origins.one_numbering
    path = npz(tmp_path / "b.npz", row_key_train=list("abcdef"), row_key_test=list("gh"))
    origins = load_npz(NpzDataset(npz=str(path)), [path], 0).origins
    assert origins is not None
    assert origins.rows_by_key() == {key: i for i, key in enumerate("abcdefgh")}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"row_key_train": list("abcdef")}, "expected an array row_key_test"),
        ({"row_key_train": list("abcdef"), "row_key_test": ["g", "a"]}, "row_key_test: .*'a' again in row 1"),
        ({"row_key_train": list("abcdef"), "row_key_test": ["g", ""]}, "row_key_test: .*an empty one in row 1"),
        ({"row_key_train": np.ones(6), "row_key_test": list("gh")}, "row_key_train: expected whole numbers or text"),
        ({"row_key_train": list("abcde"), "row_key_test": list("gh")}, r"row_key_train: expected shape \(6,\)"),
        ({"row_keys_train": list("abcdef")}, "rename it to row_key_train"),
    ],
)
def test_keys_of_an_npz_that_do_not_name_every_row_are_refused(tmp_path: Path, more: Any, message: str) -> None:
    path = npz(tmp_path / "a.npz", **more)
    with pytest.raises(DataError, match=message):
        load_npz(NpzDataset(npz=str(path)), [path], 0)


def test_rows_of_bundled_data_are_those_of_the_whole_table(tmp_path: Path) -> None:
    from sklearn.datasets import load_breast_cancer

    dataset = breast_cancer.load(tmp_path, 5)
    assert dataset.origins is not None
    y = np.concatenate([dataset.y_train, dataset.y_test])
    np.testing.assert_array_equal(y, load_breast_cancer().target[dataset.origins.line])
    assert dataset.origins.one_numbering


@pytest.mark.parametrize("kind", ["csv", "libsvm"])
def test_stratify_is_for_classes_whose_test_rows_are_drawn(kind: str) -> None:
    model = CsvDataset if kind == "csv" else LibsvmDataset
    base = {"csv": "a", "target": "y"} if kind == "csv" else {"libsvm": "a"}
    assert model.model_validate({**base, "stratify": True}).stratify
    assert model.model_validate({**base, "stratify": False}).stratify is None
    for more, message in (
        ({"test_file": "b"}, "only where test rows are drawn"),
        ({"task": "regression"}, "only with classes"),
    ):
        with pytest.raises(ValidationError, match=message):
            model.model_validate({**base, "stratify": True, **more})
