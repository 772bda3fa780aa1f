"""What is stored of a dataset comes back field by field; what is altered or has no exact form is never believed."""

from __future__ import annotations

import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from joblib import Parallel, delayed
from scipy import sparse
from support.made_dataset import MIXED, assert_same, dataset, objects

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.files import cache_entry
from groupinf.datasets.files.cache_entry import read_entry, write_entry

MADE_FROM = {"dataset": "made"}


def wide_indices(X: sparse.csr_array) -> sparse.csr_array:
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


@pytest.mark.parametrize("mapped_from", [0, 2**23])
@pytest.mark.parametrize(
    "made",
    [
        dataset(),
        dataset(as_sparse=True),
        dataset(X_train=wide_indices(sparse.csr_array(np.eye(10, 3)))),
        dataset(X_test=np.empty((0, 3)), y_test=np.empty(0, dtype=np.int64), columns={}),
        dataset(task="regression", classes=(), y_train=np.arange(20.0)[::2], y_test=np.array([-0.0, 1e-310, 1, 2])),
        dataset(classes=(1, 2.5, True), feature_names=()),
        *(dataset(**{f.name: {"column": MIXED}}) for f in fields(Dataset) if f.name == "test_columns"),
    ],
)
def test_every_field_comes_back(made: Dataset, mapped_from: int, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(cache_entry, "MAPPED_FROM", mapped_from)
    write_entry(tmp_path / "entry", MADE_FROM, made)
    found = read_entry(tmp_path / "entry", MADE_FROM)
    assert_same(made, found)
    assert read_entry(tmp_path / "entry", {"dataset": "other"}) is None


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    X=hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=5)),
    column=st.lists(PLAIN, max_size=5),
    name=st.text(st.characters()),
)
def test_any_values_come_back(tmp_path: Path, X: np.ndarray, column: list[object], name: str) -> None:
    made = dataset(X_train=X, columns={name: objects(*column)}, classes=tuple(column))
    write_entry(tmp_path / "any", MADE_FROM, made)
    assert_same(made, read_entry(tmp_path / "any", MADE_FROM))


@pytest.mark.parametrize(
    "changed",
    [
        {"classes": (np.int64(1),)},
        {"columns": {"c": objects(np.str_("a"))}},
        {"columns": {"c": np.array([["a"]], dtype=object)}},
        {"columns": {"c": [1, 2]}},
        {"X_train": np.zeros(3, dtype="M8[s]")},
    ],
)
def test_what_has_no_exact_form_is_refused(changed: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=f"^{next(iter(changed))}.*: expected"):
        write_entry(tmp_path / "entry", MADE_FROM, dataset(**changed))
    assert read_entry(tmp_path / "entry", MADE_FROM) is None


def test_large_arrays_are_read_only_maps_that_worker_processes_share(tmp_path: Path) -> None:
    made = dataset(n=2**15, d=32)
    write_entry(tmp_path / "entry", MADE_FROM, made)
    found = read_entry(tmp_path / "entry", MADE_FROM)
    assert found is not None
    assert made.X_train.nbytes == 2**23
    assert isinstance(found.X_train, np.memmap)
    assert not found.X_train.flags.writeable
    assert found.X_train.flags.aligned
    assert type(found.X_test) is type(found.y_train) is np.ndarray
    seen = Parallel(n_jobs=2)(delayed(lambda X: (Path(X.filename), X.sum()))(found.X_train) for _ in range(2))
    assert seen == [(tmp_path / "entry" / "X_train.npy", made.X_train.sum())] * 2


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache") / "entry"
    write_entry(folder, MADE_FROM, dataset(as_sparse=True))
    return folder


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_altered_byte_is_believed(entry: Path, tmp_path: Path, data: st.DataObject) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(entry, copied, dirs_exist_ok=True)
    path = data.draw(st.sampled_from(sorted(copied.iterdir())))
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    assert read_entry(copied, MADE_FROM) is None
