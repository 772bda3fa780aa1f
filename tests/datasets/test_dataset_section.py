"""The section dataset takes one source, one way to split it, and says the same configuration in one way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from groupinf.config.named_file import file_keys
from groupinf.datasets.own.csv import CsvDataset
from groupinf.datasets.own.libsvm import LibsvmDataset
from groupinf.datasets.own.npz import NpzDataset
from groupinf.datasets.own.parquet import ParquetDataset
from groupinf.datasets.registry import DATASET_KINDS
from groupinf.errors import ConfigError
from groupinf.studies.load import load_config


def refused(**dataset: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(
            {
                "name": "a",
                "dataset": dataset,
                "regularization": {"lambda_over_n": 1.0},
                "groups": {"builders": [{"builder": "column", "column": "a"}]},
            }
        )
    return str(caught.value)


@pytest.mark.parametrize("kind", ["csv", "parquet", "libsvm"])
def test_a_fifth_of_the_rows_test_unless_another_key_says_which(kind: str) -> None:
    values: dict[str, Any] = {kind: "a"} if kind == "libsvm" else {kind: "a", "target": "y"}
    model: Any = DATASET_KINDS[kind].options
    assert model.model_validate(values).test_fraction == 0.2
    assert model.model_validate({**values, "test_fraction": 0.5}).test_fraction == 0.5
    assert model.model_validate({**values, "test_file": "b"}).test_fraction is None


@pytest.mark.parametrize(
    ("more", "key", "words"),
    [
        ({"split": "s", "test_fraction": 0.2}, "test_fraction", "found it beside split"),
        ({"test_file": "b", "test_fraction": 0.2}, "test_fraction", "found it beside test_file"),
        ({"split": "s", "test_file": "b"}, "test_file", "found it beside split"),
        ({"test_fraction": 1.0}, "test_fraction", "expected a number below 1, found 1.0"),
        ({"test_fraction": "a"}, "test_fraction", "expected a number, found the text"),
        ({"missing": "imput"}, "missing", 'expected one of refuse, impute, found the text "imput"; did you mean'),
        ({"standardise": "yes"}, "standardise", "expected true or false"),
        ({"standardize": True}, "standardize", "did you mean 'standardise'?"),
        ({"categorical": "a"}, "categorical", "expected a list, found the text"),
        ({"missing_values": [None]}, "missing_values.0", "the text null stands in quotes: 'null'"),
        ({"missing_values": [{"": None}]}, "missing_values.0", "a question mark stands in quotes: '?'"),
        ({"missing_values": [True]}, "missing_values.0", "expected text or a number, found true; in quotes it is text"),
        ({"not_missing": ["x"]}, "not_missing", "expected some of na, n/a, #n/a, <na>, nan, -nan, null, which stand"),
        ({"not_missing": [""]}, "not_missing", "found ''"),
        ({"separator": ";;"}, "separator", "expected one character that separates columns"),
        ({"separator": '"'}, "separator", "expected one character that separates columns"),
        ({"decimal": ";"}, "decimal", "expected one of ., ,, found the text"),
        ({"npz": "b"}, "npz", "expected only one of name, npz, npy, csv, parquet, libsvm, found npz and csv"),
    ],
)
def test_a_key_that_does_not_go_with_a_table(more: dict[str, Any], key: str, words: str) -> None:
    message = refused(csv="a", target="y", **more)
    assert f"dataset.{key}: " in message or "npz and csv" in message
    assert words in message


def test_a_column_is_of_one_kind() -> None:
    words = "config: dataset: expected each column under categorical or numeric, found 'b' under both"
    [found, _] = refused(csv="a", target="y", categorical=["b", "c"], numeric=["b"]).split("\n")  # nor is there a file
    assert found == words


def test_sparse_features_come_as_two_files() -> None:
    assert NpzDataset(npz="a", X_train="b", X_test="c").X_test == "c"
    words = "config: dataset: expected files for both X_train and X_test or for neither, found only X_test"
    assert refused(npz="a", X_test="c").split("\n")[0] == words


def test_a_default_that_is_spelled_out_changes_nothing() -> None:
    plain = CsvDataset(csv="a", target="y")
    assert plain.model_dump(exclude_none=True) == {
        "csv": "a",
        "target": "y",
        "test_fraction": 0.2,
        "drop": (),
        "task": "classification",
    }
    assert list(plain.model_dump(exclude_none=True)) == ["csv", "target", "test_fraction", "drop", "task"]
    assert CsvDataset(csv="a", target="y", missing="refuse", standardise=False) == plain
    empty: dict[str, Any] = dict.fromkeys(["categorical", "numeric", "missing_values", "not_missing"], ())
    assert CsvDataset(csv="a", target="y", separator=",", decimal=".", **empty) == plain
    assert NpzDataset(npz="a", standardise=False).model_dump(exclude_none=True) == {
        "npz": "a",
        "task": "classification",
    }


def test_what_is_dumped_is_read_again() -> None:
    for config in (
        CsvDataset(csv="a", target="y", split="s", weight="w", missing="impute", standardise=True),
        ParquetDataset(parquet="a", target="y", test_file="b"),
        CsvDataset.model_validate(
            {"csv": "a", "target": "y", "missing_values": [-999, 0.5, "?"], "not_missing": ["NA"]}
        ),
        CsvDataset(csv="a", target="y", separator="\t", decimal=",", categorical=("a",), numeric=("b",)),
        LibsvmDataset(libsvm="a", test_fraction=0.3),
    ):
        assert type(config).model_validate(config.model_dump(exclude_none=True)) == config


@pytest.mark.parametrize(
    "dataset",
    [
        {"parquet": "a", "target": "y", "test_file": "b"},
        {"libsvm": "a", "test_file": "b"},
        {"npz": "a", "X_train": "b", "X_test": "c"},
        {"npy": "a", "y": "b", "test_file": "c", "y_test": "d"},
    ],
)
def test_paths_start_from_the_files_folder_and_have_to_exist(tmp_path: Path, dataset: dict[str, str]) -> None:
    files = [key for key in dataset if key != "target"]
    rest = "regularization: {lambda_over_n: 1}\ngroups: {builders: [{builder: column, column: a}]}\n"
    (tmp_path / "study.yaml").write_text(f"name: a\ndataset: {json.dumps(dataset)}\n{rest}")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "study.yaml")
    for key in files:
        assert f"line 2: dataset.{key}: expected a file, found no such file: " in str(caught.value)
        (tmp_path / dataset[key]).touch()
    resolved = load_config(tmp_path / "study.yaml").resolved()
    assert [resolved["dataset"][key] for key in files] == [str(tmp_path / dataset[key]) for key in files]
    assert load_config(resolved).resolved() == resolved


def test_the_keys_that_name_a_file_are_known_that_of_the_data_first() -> None:
    assert {kind.name: file_keys(kind.options) for kind in DATASET_KINDS.values()} == {
        "name": (),
        "npz": ("npz", "X_train", "X_test"),
        "npy": ("npy", "y", "sample_weight", "test_file", "y_test"),
        "csv": ("csv", "test_file"),
        "parquet": ("parquet", "test_file"),
        "libsvm": ("libsvm", "test_file"),
    }
