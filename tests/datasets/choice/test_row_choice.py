"""Each key that chooses rows leaves the rows that pandas does, of every kind of data, and all that is known of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.kinds_of_data import KINDS, OUTSIDE, N, dense, loaded, rows, written
from support.made_dataset import assert_same
from support.registered import with_registered

from groupinf.datasets.choice.left import RowsLeft, TargetScale
from groupinf.datasets.choice.subset import subset_of
from groupinf.datasets.choice.test_rows import with_test_rows
from groupinf.datasets.choice.words import choice_notes
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.registry import DATASET_KINDS
from groupinf.datasets.rows.pool import with_pool

EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def _outside(monkeypatch: pytest.MonkeyPatch) -> None:
    with_registered(monkeypatch, DATASET_KINDS, OUTSIDE)


def assert_rows(found: Dataset, train: pd.DataFrame, test: pd.DataFrame, classes: tuple[int, ...] = (1, 2, 3)) -> None:
    """Features, labels, weights, columns, lines and keys are those of the rows."""
    for X, y, part in ((found.X_train, found.y_train, train), (found.X_test, found.y_test, test)):
        np.testing.assert_array_equal(dense(X), part[["a", "b"]])
        np.testing.assert_array_equal(np.array(found.classes)[y], part["label"])
    assert found.classes == classes
    if found.columns:  # of a table
        for columns, part in ((found.columns, train), (found.test_columns, test)):
            assert columns["site"].tolist() == part["site"].tolist()
            assert columns["ward"].tolist() == part["ward"].tolist()
        assert found.sample_weight_train.tolist() == train["votes"].tolist()
        assert found.origins is not None
        assert found.origins.key is not None
        assert found.origins.key.tolist() == [*train["key"], *test["key"]]
        first = 2 if found.origins.file[0].endswith(".csv") else 0
        assert (found.origins.line - first).tolist() == [*train.index, *test.index]


def halves() -> tuple[pd.DataFrame, pd.DataFrame]:
    table = rows()
    return table[:N], table[N:]


@EVERY_KIND
def test_without_a_key_the_rows_are_those_of_the_data(tmp_path: Path, kind: str) -> None:
    found = loaded(written(tmp_path, kind))
    assert_rows(found, *halves())
    assert (found.pool, found.rows_left, found.target_scale) == (None, (), None)


@EVERY_KIND
@pytest.mark.parametrize("written_as", [[3, 1], ["3", "1.0"]])
def test_classes_are_training_and_test_rows_of_these_labels_sorted(tmp_path: Path, kind: str, written_as: Any) -> None:
    found = loaded({**written(tmp_path, kind), "classes": written_as})
    train, test = (part[part["label"].isin([1, 3])] for part in halves())
    assert_rows(found, train, test, (1, 3))
    assert found.rows_left == (RowsLeft("", 60, 20), RowsLeft("classes", len(train), len(test)))


@EVERY_KIND
def test_a_subset_is_drawn_from_its_own_seed_in_the_order_of_the_data(tmp_path: Path, kind: str) -> None:
    section = written(tmp_path, kind)
    drawn = [loaded({**section, "subset": {"rows": 25, "seed": s}}, seed) for s, seed in ((0, 0), (0, 9), (1, 0))]
    train, test = halves()
    places = [np.flatnonzero(train["a"].isin(dense(found.X_train)[:, 0])) for found in drawn]
    assert [found.n for found in drawn] == [25] * 3
    for found, rows_of in zip(drawn, places, strict=True):
        assert_rows(found, train.iloc[rows_of], test)
    assert places[0].tolist() == places[1].tolist() != places[2].tolist()


def test_every_row_is_in_a_subset_equally_often(tmp_path: Path) -> None:
    data = loaded(written(tmp_path, "csv"))
    counts = sum(np.isin(data.X_train[:, 0], subset_of(data, 30, seed).X_train[:, 0]) for seed in range(400))
    assert np.abs(counts - 200).max() < 5 * 10  # five standard deviations of a count
    assert np.square((counts - 200) / 10).sum() / 30 < 4  # of 60 counts that sum to a constant, 2 on average


def test_rows_are_left_out_where_all_conditions_hold_but_for_the_last_of_them(tmp_path: Path) -> None:
    train, test = halves()
    conditions: dict[str, Callable[[pd.DataFrame], Any]] = {
        "site": lambda t: t["site"] == "south",
        "ward": lambda t: t["ward"] == 3,
        "label": lambda t: t["label"] == 2,
    }
    written_as = {
        "site": {"column": "site", "equals": "south"},
        "ward": {"column": "ward", "equals": 3.0},
        "label": {"label": "2"},
    }
    for names in (["site"], ["ward", "label"], ["site", "ward", "label"]):
        matched = np.flatnonzero(np.logical_and.reduce([conditions[name](train) for name in names]))
        assert matched.size > 1
        for keep in (0, 1):
            section = {**written(tmp_path, "csv"), "exclude": [written_as[name] for name in names], "keep": keep}
            found = loaded(section)
            assert_rows(found, train.drop(train.index[matched[: matched.size - keep]]), test)


@EVERY_KIND
def test_rows_of_a_label_are_left_out_of_any_kind(tmp_path: Path, kind: str) -> None:
    found = loaded({**written(tmp_path, kind), "exclude": [{"label": 1}], "keep": 3})
    train, test = halves()
    ones = train.index[train["label"] == 1]
    assert_rows(found, train.drop(ones[:-3]), test)


@EVERY_KIND
def test_training_rows_become_test_rows_after_the_others(tmp_path: Path, kind: str) -> None:
    found = loaded({**written(tmp_path, kind), "test_rows": [42, 0]})
    train, test = halves()
    assert_rows(found, train.drop(index=[0, 42]), pd.concat([test, train.loc[[42, 0]]]))


@EVERY_KIND
def test_the_first_rows_are_those_that_are_left_as_they_come(tmp_path: Path, kind: str) -> None:
    keys = {"classes": [1, 3], "first_rows": 17, "first_test_rows": 6}
    found = loaded({**written(tmp_path, kind), **keys})
    train, test = (part[part["label"].isin([1, 3])] for part in halves())
    assert_rows(found, train[:17], test[:6], (1, 3))
    left = [RowsLeft("first_rows", 17, len(test)), RowsLeft("first_test_rows", 17, 6)]
    assert found.rows_left == (RowsLeft("", 60, 20), RowsLeft("classes", len(train), len(test)), *left)
    assert_rows(loaded({**written(tmp_path, kind), "first_test_rows": 20}), *halves())


def test_training_rows_that_became_test_rows_stay_after_the_first_of_these(tmp_path: Path) -> None:
    found = loaded({**written(tmp_path, "csv"), "test_rows": [42, 3], "first_test_rows": 5, "first_rows": 30})
    train, test = halves()
    assert_rows(found, train.drop(index=[42, 3])[:30], pd.concat([test[:5], train.loc[[42, 3]]]))


@EVERY_KIND
def test_all_keys_together_go_in_the_order_that_is_stated(tmp_path: Path, kind: str) -> None:
    train, test = halves()
    keys = {"subset": {"rows": 20, "seed": 4}, "exclude": [{"label": 3}], "keep": 5, "classes": [2, 3]}
    moved = int(train.index[train["label"] == 3][0])
    found = loaded({**written(tmp_path, kind), **keys, "test_rows": [moved], "standardise": True})
    test = pd.concat([test, train.loc[[moved]]])
    train = train.drop(index=moved)
    train, test = (part[part["label"] != 1] for part in (train, test))
    train = train.drop(train.index[train["label"] == 3][:-5])
    assert [left.step for left in found.rows_left] == ["", "test_rows", "classes", "exclude", "subset"]
    assert found.rows_left[1] == RowsLeft("test_rows", 59, 21)
    assert found.rows_left[3:] == (RowsLeft("exclude", len(train), len(test)), RowsLeft("subset", 20, len(test)))
    assert found.classes == (2, 3)
    # what is learnt is learnt from the twenty rows
    plain = loaded({**written(tmp_path, kind), **keys, "test_rows": [moved]})
    np.testing.assert_array_equal(np.isin(dense(plain.X_train)[:, 0], train["a"]), True)
    X, X_test = dense(plain.X_train), dense(plain.X_test)
    mean = 0.0 if kind == "libsvm" else X.mean(axis=0)
    np.testing.assert_allclose(dense(found.X_train), (X - mean) / X.std(axis=0), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(dense(found.X_test), (X_test - mean) / X.std(axis=0), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kind", KINDS[:-1])
def test_a_standardised_target_is_in_standard_deviations_of_the_training_rows(tmp_path: Path, kind: str) -> None:
    section = written(tmp_path, kind, "y")
    found = loaded({**section, "standardise_target": True, "test_rows": [7]})
    train, test = halves()
    y, y_test = train["y"].drop(index=7), [*test["y"], train["y"][7]]
    np.testing.assert_allclose(found.y_train, (y - y.mean()) / y.std(ddof=0), rtol=1e-12)
    np.testing.assert_allclose(found.y_test, (np.array(y_test) - y.mean()) / y.std(ddof=0), rtol=1e-12)
    assert isinstance(found.target_scale, TargetScale)
    assert found.target_scale.mean == pytest.approx(y.mean())
    assert found.target_scale.sd == pytest.approx(y.std(ddof=0))
    assert "the target is standardised" in choice_notes(found)[-1]
    assert choice_notes(loaded(section)) == ()


def test_a_value_of_regression_is_a_label_too(tmp_path: Path) -> None:
    table = rows()
    table.loc[[5, 9], "y"] = 2.5
    found = loaded({**written(tmp_path, "npz", "y", table), "exclude": [{"label": "2.50"}]})
    np.testing.assert_array_equal(found.y_train, table["y"][:N].drop(index=[5, 9]))


def test_a_column_that_test_rows_lack_is_empty_in_a_row_that_becomes_one() -> None:
    found = with_test_rows(_with_columns(), [1])
    assert found.test_columns["only_test"].tolist() == ["s", "t", None]
    assert found.test_columns["both"].tolist() == [8, 9, 11]
    assert found.columns["both"].tolist() == [10, 12]
    assert "only_train" not in found.test_columns
    with pytest.raises(KeyError):
        found.test_columns["only_train"]


def _with_columns() -> Dataset:
    def objects(*values: object) -> np.ndarray:
        return np.array(values, dtype=object)

    return Dataset(
        name="made",
        task="classification",
        X_train=np.arange(6.0).reshape(3, 2),
        y_train=np.array([0, 0, 1]),
        X_test=np.arange(4.0).reshape(2, 2),
        y_test=np.array([0, 1]),
        classes=("no", "yes"),
        sample_weight_train=np.array([1.0, 2.0, 3.0]),
        feature_names=("a", "b"),
        columns={"both": objects(10, 11, 12), "only_train": objects("x", "y", "z")},
        test_columns={"both": objects(8, 9), "only_test": objects("s", "t")},
    )


def test_rows_move_into_the_pool_with_their_weights_and_columns() -> None:
    data = _with_columns()
    once = with_pool(data, np.array([1]))
    assert once.pool is not None
    assert (once.n, once.n_test, once.n_pool) == (2, 2, 1)
    twice = with_pool(once, np.array([0]))
    assert twice.pool is not None
    assert twice.pool.X.tolist() == [[2.0, 3.0], [0.0, 1.0]]
    assert twice.pool.y.tolist() == [0, 0]
    assert twice.pool.sample_weight.tolist() == [2.0, 1.0]
    assert {name: values.tolist() for name, values in twice.pool.columns.items()} == {
        "both": [11, 10],
        "only_train": ["y", "x"],
    }
    assert twice.X_train.tolist() == [[4.0, 5.0]]
    assert_same(twice.X_test, data.X_test)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_origins_follow_rows_into_the_pool(tmp_path: Path, kind: str) -> None:
    data = loaded(written(tmp_path, kind))
    found = with_pool(data, np.array([8, 3]))
    train, test = halves()
    assert found.origins is not None
    assert found.origins.key is not None
    assert found.origins.key.tolist() == [*train["key"].drop(index=[3, 8]), *test["key"], *train["key"][[8, 3]]]


def test_a_class_is_one_of_mnist_and_its_rows_are_counted(real_home: Callable[..., Path], monkeypatch: Any) -> None:
    monkeypatch.setenv("GROUPINF_DATA", str(real_home("mnist")))
    found = loaded({"name": "mnist", "classes": [1, 7]})
    assert (found.n, found.n_test, found.classes) == (11_894, 2_163, (1, 7))  # Kounavis et al.'s data
    assert np.bincount(found.y_train).tolist() == [6_179, 5_715]


def test_children_of_the_hospital_data(real_home: Callable[..., Path], monkeypatch: Any) -> None:
    monkeypatch.setenv("GROUPINF_DATA", str(real_home("diabetes")))
    keys: dict[str, Any] = {"exclude": [{"column": "age", "equals": "[0-10)"}, {"label": 0}], "keep": 1}
    found = loaded({"name": "diabetes", **keys})
    children = np.flatnonzero(found.X_train[:, found.feature_names.index("age_[0-10)")])
    # the rows of the published notebook, three of them readmitted
    assert (found.n, children.tolist()) == (19_980, [9_366, 11_116, 13_685, 19_590])
    assert found.y_train[children].tolist() == [1, 1, 1, 0]


def test_ridge_on_forest_fires_has_the_published_risk(real_home: Callable[..., Path], monkeypatch: Any) -> None:
    home = real_home("forest_fires")
    monkeypatch.setenv("GROUPINF_DATA", str(home))
    file = str(home / "forestfires" / "forestfires.csv")
    keys = {"test_rows": [42], "standardise": True, "standardise_target": True}
    table = loaded({"csv": file, "test_file": file, "target": "area", "task": "regression", **keys})
    named = loaded({"name": "forest_fires", "unsplit": True, **keys})
    assert (named.n, named.n_test) == (516, 1)
    for found in (table, named):
        X, y = dense(found.X_train), found.y_train
        beta = np.linalg.solve(X.T @ X + np.eye(29), X.T @ y)
        assert np.mean((y - X @ beta) ** 2) + beta @ beta / 516 == pytest.approx(0.955123, abs=1e-6)
        assert np.linalg.norm(beta) == pytest.approx(0.639570, abs=1e-6)
