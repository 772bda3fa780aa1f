"""Rows of the pool are kept out of fit and test, encoded by the training rows alone, and known by line and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from support.kinds_of_data import dense, loaded, rows, written
from support.made_dataset import assert_same

from groupinf.datasets.choice.words import choice_notes
from groupinf.datasets.rows.pool import without_pool
from groupinf.errors import DataError

POOL = [4, 5, 17, 63]


def with_pool() -> pd.DataFrame:
    table = rows()
    table["part"] = table["part"].astype(object)
    table.loc[POOL, "part"] = [" Pool", "pool", "POOL", "pool"]
    return table


def parts() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    table = rows()
    rest = table.drop(index=POOL)
    return rest[rest["part"] == "train"], rest[rest["part"] == "test"], table.loc[POOL]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_split_column_marks_rows_of_the_pool(tmp_path: Path, kind: str) -> None:
    section = {**written(tmp_path, kind, table=with_pool()), "drop": ["ward", "y"], "standardise": True}
    found = loaded(section)
    train, test, pool = parts()
    assert (found.n, found.n_test, found.n_pool) == (len(train), len(test), 4)
    assert found.pool is not None
    assert found.pool.sample_weight.tolist() == pool["votes"].tolist()
    assert np.array(found.classes)[found.pool.y].tolist() == pool["label"].tolist()
    assert found.pool.columns["ward"].tolist() == pool["ward"].tolist()
    assert found.origins is not None
    assert found.origins.key is not None
    assert found.origins.key.tolist() == [*train["key"], *test["key"], *pool["key"]]
    # scaled by the training rows alone
    encoded = pd.get_dummies(pd.concat([train, test, pool])[["a", "b", "site"]], prefix_sep="=", dtype=float)
    mean, sd = encoded[: len(train)].mean(), encoded[: len(train)].std(ddof=0)
    assert found.feature_names == tuple(encoded)
    np.testing.assert_allclose(found.pool.X, ((encoded - mean) / sd)[-4:], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_rest_is_what_it_is_without_the_rows_of_the_pool(tmp_path: Path, kind: str) -> None:
    found = loaded({**written(tmp_path, kind, table=with_pool()), "standardise": True})
    alone = loaded({**written(tmp_path, kind, table=rows().drop(index=POOL)), "standardise": True})
    for name in ("X_train", "y_train", "X_test", "y_test", "classes", "sample_weight_train"):
        assert_same(getattr(found, name), getattr(alone, name), name)
    assert_same(dict(found.columns), dict(alone.columns))
    assert choice_notes(found) == choice_notes(without_pool(alone)) == ()
    (note,) = choice_notes(without_pool(found))
    assert note == "the pool: 4 rows of the data take no part in the fit, groups or tests"


def test_missing_values_of_the_pool_are_filled_in_from_the_training_rows(tmp_path: Path) -> None:
    table = with_pool()
    table.loc[4, "a"] = np.nan
    table.loc[5, "a"] = 1e6
    found = loaded({**written(tmp_path, "csv", table=table), "missing": "impute"})
    assert found.pool is not None
    assert dense(found.pool.X)[0, 0] == np.median(parts()[0]["a"])


@pytest.mark.parametrize("is_sparse", [False, True])
def test_arrays_may_have_a_pool(tmp_path: Path, is_sparse: bool) -> None:
    train, test, pool = parts()
    found = loaded(npz(tmp_path, is_sparse))
    assert found.pool is not None
    assert sparse.issparse(found.pool.X) == is_sparse
    np.testing.assert_array_equal(dense(found.pool.X), pool[["a", "b"]])
    np.testing.assert_array_equal(np.array(found.classes)[found.pool.y], pool["label"])
    assert found.pool.sample_weight.tolist() == pool["votes"].tolist()
    assert found.origins is not None
    assert found.origins.key is not None
    assert found.origins.key.tolist() == [*train["key"], *test["key"], *pool["key"]]
    assert found.origins.line[-4:].tolist() == [0, 1, 2, 3]


def npz(folder: Path, is_sparse: bool = False, **changed: Any) -> dict[str, str]:
    arrays: dict[str, Any] = {}
    for name, part in zip(("train", "test", "pool"), parts(), strict=True):
        X = part[["a", "b"]].to_numpy()
        csr = sparse.csr_array(X)
        pieces = {"data": csr.data, "indices": csr.indices, "indptr": csr.indptr, "shape": np.array(X.shape)}
        arrays |= {f"X_{name}_{piece}": value for piece, value in pieces.items()} if is_sparse else {f"X_{name}": X}
        arrays |= {f"y_{name}": part["label"].to_numpy(), f"row_key_{name}": part["key"].to_numpy().astype(str)}
    arrays |= {"sample_weight_pool": parts()[2]["votes"].to_numpy(), **changed}
    np.savez(folder / "rows.npz", **{name: value for name, value in arrays.items() if value is not None})
    return {"npz": str(folder / "rows.npz")}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"X_pool": None}, "expected an array X_pool, found "),
        ({"y_pool": None}, "expected an array y_pool, found "),
        ({"X_pool": np.ones((4, 3))}, r"X_pool: expected 2 columns as in X_train, found shape \(4, 3\)"),
        ({"X_pool": np.full((4, 2), np.nan)}, "X_pool: expected finite values, found nan in row 0"),
        ({"y_pool": np.array([1, 2])}, r"y_pool: expected shape \(4,\), a value per row of X_pool"),
        ({"y_pool": np.array([1, 2, 9, 1])}, "y_pool: label 9 in row 2 is none of y_train's classes 1, 2, 3"),
        ({"sample_weight_pool": -np.ones(4)}, "sample_weight_pool: expected finite weights >= 0, found -1 in row 0"),
        ({"row_key_pool": None}, "expected an array row_key_pool"),
        ({"sample_weights_pool": np.ones(4)}, "sample_weights_pool: not an array that is read; rename it to"),
        ({"row_key_pool": np.array(["p0", "z", "u", "v"])}, "row_key_pool: expected every row key once, found 'p0'"),
    ],
)
def test_a_pool_of_arrays_that_is_refused(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=rf"rows\.npz: {message}"):
        loaded(npz(tmp_path, **changed))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((5, "part", "pol"), r"rows\.csv, line 7: column 'part': expected train, test or pool, found 'pol'"),
        ((5, "votes", -1), r"rows\.csv, line 7: column 'votes': expected a weight >= 0, found -1"),
        ((5, "votes", None), r"rows\.csv, line 7: column 'votes': expected a value"),
        ((5, "label", 9), r"expected every class of 'label' among the training rows of .*, found none of 9"),
    ],
)
def test_a_pool_of_a_table_that_is_refused(tmp_path: Path, change: tuple[int, str, Any], message: str) -> None:
    table = with_pool().astype({"votes": object})
    row, column, value = change
    table.loc[row, column] = value
    with pytest.raises(DataError, match=message):
        loaded(written(tmp_path, "csv", table=table))


def test_a_choice_of_classes_holds_for_the_pool_and_others_leave_it(tmp_path: Path) -> None:
    section = written(tmp_path, "csv", table=with_pool())
    pool = parts()[2]
    found = loaded({**section, "classes": [1, 2], "subset": {"rows": 20}, "exclude": [{"label": 1}], "keep": 12})
    left = pool[pool["label"] != 3]
    assert found.pool is not None
    assert (found.n, found.n_pool) == (20, len(left))
    np.testing.assert_array_equal(found.pool.X, left[["a", "b"]])
    assert np.array(found.classes)[found.pool.y].tolist() == left["label"].tolist()
    assert found.pool.columns["site"].tolist() == left["site"].tolist()
    assert [counts.n_pool for counts in found.rows_left] == [4, *[len(left)] * 3]
