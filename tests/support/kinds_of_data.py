"""The same made-up rows as data of every kind: three classes, a number to predict, columns, weights and keys."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import dump_svmlight_file

from groupinf.config.named_file import DataPath
from groupinf.datasets.choice.options import RowChoice
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.kind import DatasetKind, nothing_more
from groupinf.datasets.registry import DATASET_KINDS, load_dataset

N, N_TEST = 60, 20


def rows() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    size = N + N_TEST
    return pd.DataFrame(
        {
            "a": (rng.normal(size=size) + 4.0).round(3),
            "b": rng.normal(size=size).round(3),
            "site": rng.choice(["north", "south", "west"], size),
            "ward": rng.choice([3, 5], size),
            "votes": rng.integers(1, 4, size),
            "key": [f"p{7 * i % size}" for i in range(size)],
            "label": rng.permutation(np.arange(size) % 3) + 1,
            "y": rng.normal(size=size).round(3) * 5 + 2,
            "part": ["train"] * N + ["test"] * N_TEST,
        }
    )


class Outside(RowChoice):
    """A kind of data that is registered from outside."""

    outside: DataPath


def load_outside(config: Outside, files: Any, seed: int) -> Dataset:
    table = pd.read_csv(files[0])
    train, test = table[:N], table[N:]
    return Dataset(
        name="outside",
        task="classification",
        X_train=train[["a", "b"]].to_numpy(),
        y_train=train["label"].to_numpy() - 1,
        X_test=test[["a", "b"]].to_numpy(),
        y_test=test["label"].to_numpy() - 1,
        classes=(1, 2, 3),
        sample_weight_train=np.ones(N),
        feature_names=("a", "b"),
        sources={"rows.csv": "0" * 64},
    )


OUTSIDE = DatasetKind("outside", Outside, load_outside, None, nothing_more)
KINDS = ("npz", "npy", "csv", "parquet", "libsvm", "outside")


def written(folder: Path, kind: str, target: str = "label", table: pd.DataFrame | None = None) -> dict[str, Any]:
    """The section of a kind, whose files are in the folder."""
    table = rows() if table is None else table
    task = {"task": "regression"} if target == "y" else {}
    train, test = table[table["part"] == "train"], table[table["part"] == "test"]
    if kind == "npz":
        parts = {"train": train, "test": test}
        X = {f"X_{name}": part[["a", "b"]].to_numpy() for name, part in parts.items()}
        y = {f"y_{name}": part[target].to_numpy() for name, part in parts.items()}
        np.savez(folder / "rows.npz", **X, **y, sample_weight_train=train["votes"], feature_names=np.array(["a", "b"]))
        return {"npz": str(folder / "rows.npz"), **task}
    if kind == "npy":
        for name, part in (("train", train), ("test", test)):
            np.save(folder / f"X_{name}.npy", part[["a", "b"]].to_numpy())
            np.save(folder / f"y_{name}.npy", part[target].to_numpy())
        np.save(folder / "votes.npy", train["votes"])
        files = {"npy": "X_train", "y": "y_train", "sample_weight": "votes", "test_file": "X_test", "y_test": "y_test"}
        return {**{key: str(folder / f"{name}.npy") for key, name in files.items()}, **task}
    if kind == "libsvm":
        for name, part in (("train", train), ("test", test)):
            dump_svmlight_file(part[["a", "b"]], part[target], str(folder / f"{name}.txt"), zero_based=False)
        return {"libsvm": str(folder / "train.txt"), "test_file": str(folder / "test.txt"), **task}
    path = folder / f"rows.{'parquet' if kind == 'parquet' else 'csv'}"
    table.to_parquet(path, index=False) if kind == "parquet" else table.to_csv(path, index=False)
    if kind == "outside":
        return {"outside": str(path)}
    other = "y" if target == "label" else "label"
    table_keys = {"split": "part", "weight": "votes", "row_key": "key", "drop": ["site", "ward", other]}
    return {kind: str(path), "target": target, **table_keys, **task}


def loaded(section: Mapping[str, Any], seed: int = 0) -> Dataset:
    kind = next(kind for kind in DATASET_KINDS.values() if kind.name in section)
    return load_dataset(kind.options.model_validate(dict(section)), Path(), seed)


def dense(X: Any) -> np.ndarray:
    return X if isinstance(X, np.ndarray) else X.toarray()
