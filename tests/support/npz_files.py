"""Small .npz files of a user, right ones and faulty ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.own.npz import NpzDataset, load_npz
from groupinf.errors import DataError


def arrays() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return {
        "X_train": rng.standard_normal((6, 3)),
        "y_train": np.array([0, 1, 0, 1, 2, 2]),
        "X_test": rng.standard_normal((4, 3)),
        "y_test": np.array([2, 1, 0, 0]),
    }


def load(folder: Path, task: str = "classification", **changed: Any) -> Dataset:
    """Write the arrays with changes (None: left out) and load them."""
    kept = {name: a for name, a in {**arrays(), **changed}.items() if a is not None}
    np.savez(folder / "mine.npz", **kept)
    return load_npz(NpzDataset.model_validate({"npz": "mine.npz", "task": task}), [folder / "mine.npz"], 0)


def fault(folder: Path, task: str = "classification", **changed: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(folder, task, **changed)
    file = f"{folder / 'mine.npz'}: "
    assert str(caught.value).startswith(file)
    return str(caught.value).removeprefix(file)


def csr_parts(name: str, X: np.ndarray) -> dict[str, Any]:
    S = sparse.csr_array(X)
    parts = {"data": S.data, "indices": S.indices, "indptr": S.indptr, "shape": np.array(S.shape)}
    return {name: None} | {f"{name}_{part}": value for part, value in parts.items()}


def load_files(folder: Path, X: tuple[Any, Any], **changed: Any) -> Dataset:
    """Features as scipy.sparse.save_npz writes them, beside an archive of the rest."""
    kept = {name: a for name, a in {**arrays(), "X_train": None, "X_test": None, **changed}.items() if a is not None}
    np.savez(folder / "mine.npz", **kept)
    paths = folder / "X_train.npz", folder / "X_test.npz"
    for matrix, path in zip(X, paths, strict=True):
        sparse.save_npz(path, matrix)
    return load_npz(
        NpzDataset(npz="mine.npz", X_train="X_train.npz", X_test="X_test.npz"), [folder / "mine.npz", *paths], 0
    )


SPARSE_TRAIN, SPARSE_TEST = (
    sparse.csr_array(np.where(abs(arrays()[name]) > 0.5, arrays()[name], 0)) for name in ("X_train", "X_test")
)
