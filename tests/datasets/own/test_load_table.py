"""A table yields the same dataset as CSV and as Parquet: split, weights, imputation, scaling; faults name a place."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer

from groupinf.datasets.config_error import DatasetConfigError
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.own.csv import CsvDataset
from groupinf.datasets.registry import DATASET_KINDS, load_dataset
from groupinf.errors import DataError

KINDS = pytest.mark.parametrize("kind", ["csv", "parquet"])


def frame() -> pd.DataFrame:
    """40 rows: numbers and text with gaps, weights, a split column, three classes."""
    rng = np.random.default_rng(0)
    made = pd.DataFrame(
        {
            "age": rng.normal(40, 9, 40).round(3),
            "visits": rng.integers(0, 9, 40),
            "colour": rng.choice(["red", "green", "blue"], 40, p=[0.6, 0.3, 0.1]),
            "w": rng.integers(1, 5, 40) / 2,
            "fold": ["train", "train", "train", "test"] * 10,
            "label": rng.choice(["yes", "no", "maybe"], 40),
        }
    )
    made.loc[[0, 3, 8], "age"] = None
    made.loc[[1, 4, 7], "colour"] = None
    return made


def write(table: pd.DataFrame, path: Path) -> None:
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    else:
        table.to_parquet(path, index=False)


def load(folder: Path, kind: str, table: pd.DataFrame, test: pd.DataFrame | None = None, **options: Any) -> Dataset:
    path, test_path = folder / f"mine.{kind}", folder / f"other.{kind}"
    write(table, path)
    if test is not None:
        write(test, test_path)
        options = {**options, "test_file": test_path.name}
    config = DATASET_KINDS[kind].options.model_validate({kind: path.name, "target": "label", **options})
    return load_dataset(config, folder, 0)


def fault(folder: Path, kind: str, table: pd.DataFrame, test: pd.DataFrame | None = None, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(folder, kind, table, test, **options)
    key = f"{'.'.join(caught.value.key)}: " if isinstance(caught.value, DatasetConfigError) else ""
    return key + str(caught.value).replace(f"{folder}/", "")


@KINDS
def test_split_column_weights_and_groups(tmp_path: Path, kind: str) -> None:
    table = frame().drop(columns="age")
    table["fold"] = table["fold"].str.upper()
    data = load(tmp_path, kind, table, split="fold", weight="w", missing="impute")
    of = {part: table[table["fold"] == part] for part in ("TRAIN", "TEST")}
    assert data.feature_names == ("visits", "colour=blue", "colour=green", "colour=red")
    assert isinstance(data.X_train, np.ndarray)
    assert data.X_train[:, 0].tolist() == of["TRAIN"]["visits"].tolist()
    assert data.sample_weight_train.tolist() == of["TRAIN"]["w"].tolist()
    assert data.classes == ("maybe", "no", "yes")
    for y, columns, part in ((data.y_train, data.columns, "TRAIN"), (data.y_test, data.test_columns, "TEST")):
        assert [data.classes[c] for c in y] == of[part]["label"].tolist()
        assert list(columns) == list(table)
        assert columns["label"].tolist() == of[part]["label"].tolist()
        assert columns["colour"].tolist() == [v if isinstance(v, str) else None for v in of[part]["colour"]]
        assert [float(v) for v in columns["w"]] == of[part]["w"].tolist()
    assert data.sources == {f"mine.{kind}": hashlib.sha256((tmp_path / f"mine.{kind}").read_bytes()).hexdigest()}


@KINDS
def test_imputed_values_are_those_of_scikit_learn_on_the_training_rows(tmp_path: Path, kind: str) -> None:
    table = frame()
    train = (table["fold"] == "train").to_numpy()
    data = load(tmp_path, kind, table, split="fold", drop=["w"], missing="impute")
    age = table[["age"]].to_numpy(dtype=float)
    age = SimpleImputer(strategy="median").fit(age[train]).transform(age)
    colour = table[["colour"]].to_numpy(dtype=object, copy=True)
    gaps = table["colour"].isna().to_numpy()
    colour[gaps] = None
    colour = SimpleImputer(strategy="most_frequent", missing_values=None).fit(colour[train]).transform(colour)
    dummies = pd.get_dummies(pd.DataFrame(colour, columns=["colour"]), prefix_sep="=", dtype=float)
    assert data.feature_names == ("age", "visits", *dummies)
    expected = np.column_stack([age, table["visits"], dummies])
    np.testing.assert_array_equal(data.X_train, expected[train])
    np.testing.assert_array_equal(data.X_test, expected[~train])


@KINDS
def test_standardised_over_the_training_rows(tmp_path: Path, kind: str) -> None:
    table = frame().assign(same=3.0)
    options: dict[str, Any] = {"split": "fold", "weight": "w", "missing": "impute"}
    plain, scaled = (load(tmp_path, kind, table, **options, standardise=s) for s in (False, True))
    assert isinstance(plain.X_train, np.ndarray)
    assert isinstance(scaled.X_train, np.ndarray)
    mean, sd = plain.X_train.mean(axis=0), plain.X_train.std(axis=0)
    sd[-1] = 1  # the constant column, which is only centred
    np.testing.assert_allclose(scaled.X_train, (plain.X_train - mean) / sd, atol=1e-13)
    np.testing.assert_allclose(scaled.X_test, (plain.X_test - mean) / sd, atol=1e-13)
    assert scaled.X_train.flags.c_contiguous
    assert scaled.columns["age"].tolist() == plain.columns["age"].tolist()


@KINDS
def test_test_rows_of_another_file(tmp_path: Path, kind: str) -> None:
    table = frame()
    is_train = table["fold"] == "train"
    train, test = table[is_train].drop(columns="fold"), table[~is_train].drop(columns=["fold", "w"])
    options: dict[str, Any] = {"weight": "w", "missing": "impute"}
    split = load(tmp_path, kind, table, split="fold", **options)
    data = load(tmp_path, kind, train, test.assign(more=1)[list(test)[::-1]], **options)
    assert data.feature_names == split.feature_names
    for array in ("X_train", "X_test", "y_train", "y_test", "sample_weight_train"):
        np.testing.assert_array_equal(getattr(data, array), getattr(split, array))
    assert list(data.sources) == [f"mine.{kind}", f"other.{kind}"]
    assert data.test_columns["w"].tolist() == [None] * len(test)


@pytest.mark.parametrize(
    ("options", "change", "message"),
    [
        (
            {"split": "fold"},
            {},
            "mine.csv, line 2: column 'age': expected a value, found '', which stands for a missing one; fill it in or"
            " leave the row out, or drop the column, or set missing: impute",
        ),
        (
            {"split": "fold", "missing": "impute"},
            {"label": (5, None)},
            "mine.csv, line 7: column 'label': expected a value, found '', which stands for a missing one; fill it in"
            " or leave the row out",
        ),
        (
            {"split": "fold"},
            {"fold": (5, "dev")},
            "mine.csv, line 7: column 'fold': expected train, test or pool, found 'dev'",
        ),
        (
            {"split": "fold"},
            {"fold": (slice(None), "test")},
            "dataset.split: expected a column with both train and test, found only test in 'fold' of mine.csv",
        ),
        (
            {"weight": "w", "missing": "impute"},
            {"w": (slice(None), np.nan)},
            "mine.csv, line 2: column 'w': expected a ",
        ),
        (
            {"weight": "w", "missing": "impute", "split": "fold"},
            {"w": (2, -1.5)},
            "mine.csv, line 4: column 'w': expected a weight >= 0, found -1.5",
        ),
        (
            {"weight": "w", "missing": "impute", "split": "fold"},
            {"w": (slice(None), 0)},
            "mine.csv: column 'w': expected weights with a positive sum, found only zeros",
        ),
        (
            {"weight": "colour", "split": "fold"},
            {"colour": (slice(None), "red"), "age": (slice(None), 1)},
            "mine.csv, line 2: column 'colour': expected a finite number, found 'red'",
        ),
        ({"split": "label"}, {}, "dataset.split: expected columns other than the target, found 'label'"),
        ({"split": "fold", "drop": ["fold"]}, {}, "dataset.drop: expected columns other than the split, found 'fold'"),
        ({"split": "fould"}, {}, "dataset.split: expected a column of mine.csv, found 'fould' where its columns are"),
        (
            {"split": "fold", "missing": "impute"},
            {"age": (frame()["fold"] == "train", None)},
            "mine.csv: column 'age': expected a training row with a value to fill in the missing ones from, found none",
        ),
        (
            {"split": "fold", "missing": "impute", "standardise": True},
            {"age": ([2, 5], 1e200)},
            "mine.csv, line 4: column 'age': found '1e+200', above 1e+30 in size, too large to compute with",
        ),
        (
            {"split": "fold", "missing": "impute"},
            {"label": (3, "never")},
            "dataset.split: expected every class of 'label' among the training rows of mine.csv, found none of 'never';"
            " leave its rows out",
        ),
    ],
)
def test_fault(tmp_path: Path, options: dict[str, Any], change: dict[str, Any], message: str) -> None:
    table = frame()
    for column, (rows, value) in change.items():
        table.loc[rows, column] = value
    assert fault(tmp_path, "csv", table, **options).startswith(message)


def test_weights_of_test_rows_are_not_looked_at(tmp_path: Path) -> None:
    table = frame()
    table.loc[[3, 7], "w"] = [-1, np.inf]
    table.loc[11, "w"] = None
    assert load(tmp_path, "csv", table, split="fold", weight="w", missing="impute").sample_weight_train.min() > 0


@KINDS
def test_fault_in_the_file_of_test_rows(tmp_path: Path, kind: str) -> None:
    table = frame().drop(columns=["w", "fold"]).dropna().reset_index(drop=True)
    place = f"other.{kind}, line 6" if kind == "csv" else f"other.{kind}, row 4"
    holed = table.copy()
    holed.loc[4, "age"] = None
    gap = "''" if kind == "csv" else "a null or NaN"
    assert fault(tmp_path, kind, table, holed).startswith(f"{place}: column 'age': expected a value, found {gap}")
    assert fault(tmp_path, kind, table, table.drop(columns="colour")) == (
        f"dataset.test_file: expected the target and every feature of mine.{kind} in other.{kind} too, found no column"
        " 'colour' among 'age', 'visits', 'label'"
    )
    message = fault(tmp_path, kind, table, table.assign(label="never"))
    assert message.startswith("dataset.test_file: expected every class of 'label' among the training rows of")


def test_columns_of_other_types_in_the_file_of_test_rows(tmp_path: Path) -> None:
    table = frame()[["visits", "label"]]
    data = load(tmp_path, "parquet", table, table.assign(visits=table["visits"] + 0.5))
    assert data.X_test[0, 0] == data.X_train[0, 0] + 0.5
    assert fault(tmp_path, "parquet", table, table.assign(visits="many")) == (
        "other.parquet: column 'visits': expected integers as in mine.parquet, found text"
    )


def test_files_of_one_name_are_both_sources(tmp_path: Path) -> None:
    folders = [tmp_path / "train", tmp_path / "test"]
    for folder in folders:
        folder.mkdir()
        write(frame()[["visits", "label"]], folder / "a.csv")
    config = CsvDataset(csv="train/a.csv", target="label", test_file="test/a.csv")
    data = load_dataset(config, tmp_path, 0)
    assert list(data.sources) == [str(folder / "a.csv") for folder in folders]


def test_text_as_the_weight_of_a_test_row_is_not_looked_at(tmp_path: Path) -> None:
    table = frame().assign(w=frame()["w"].astype(str))
    table.loc[3, "w"] = "many"
    data = load(tmp_path, "csv", table, split="fold", weight="w", missing="impute")
    np.testing.assert_array_equal(data.sample_weight_train, frame()["w"][frame()["fold"] == "train"])


@pytest.mark.parametrize(("column", "task"), [("visits", "classification"), ("label", "regression")])
def test_numbers_stay_numbers_in_the_file_of_test_rows(tmp_path: Path, column: str, task: str) -> None:
    table = frame()[["visits"]].assign(label=np.arange(40) % 2)
    test = table.astype(object)
    test.loc[2, column] = "x"
    assert fault(tmp_path, "csv", table, test, task=task) == (
        f"other.csv, line 4: column '{column}': expected a number as in mine.csv, found 'x'"
    )


def test_a_category_of_test_rows_alone_is_a_feature_without_training_rows(tmp_path: Path) -> None:
    table = frame()[["colour", "label"]].dropna()
    data = load(tmp_path, "csv", table, table.assign(colour="violet"))
    at = data.feature_names.index("colour=violet")
    assert not np.asarray(data.X_train)[:, at].any()
    assert np.asarray(data.X_test)[:, at].all()
