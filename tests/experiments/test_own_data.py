"""A study of a user's Parquet or libsvm file runs, and what makes other numbers makes another run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import dump_svmlight_file
from support.runs import unreported

from groupinf.datasets.registry import load_dataset
from groupinf.experiments.folder.identity import identity_hash
from groupinf.studies.group_effects.identity import identity_of
from groupinf.studies.load import load_config


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 3))
    y = (X[:, 0] + rng.standard_normal(60) > 0).astype(int)
    table = pd.DataFrame(X, columns=["a", "b", "c"]).assign(ward=rng.choice(["p", "q", "r"], 60), y=y)
    table.iloc[:40].to_parquet(tmp_path / "train.parquet")
    table.iloc[40:].to_parquet(tmp_path / "test.parquet")
    dump_svmlight_file(X, y, str(tmp_path / "rows.txt"), zero_based=False)
    return tmp_path


def study(folder: Path, dataset: dict[str, Any], builder: Any) -> dict[str, Any]:
    paths = {k: str(folder / v) if k in ("parquet", "test_file", "libsvm") else v for k, v in dataset.items()}
    sizes = {"min": 0.05, "max": 0.2, "num": 3}
    return {
        "name": "own",
        "dataset": paths,
        "regularization": {"lambda_over_n": 0.01},
        "groups": {"sizes": sizes, "builders": [builder]},
        "test_points": {"all": True},
    }


TABLE = {"parquet": "train.parquet", "test_file": "test.parquet", "target": "y", "drop": ["ward"], "standardise": True}


@pytest.mark.parametrize(
    ("dataset", "builder"),
    [
        (TABLE, {"builder": "column", "column": "ward"}),
        ({"libsvm": "rows.txt", "standardise": True}, "random"),
    ],
)
def test_a_study_of_own_data_runs(folder: Path, dataset: dict[str, Any], builder: Any) -> None:
    run = unreported(study(folder, dataset, builder), folder / "runs")
    assert len(run.groups) == 3
    again = unreported(run.path / "config.yaml", folder / "runs")
    assert again.path == run.path


def test_the_role_of_a_file_is_part_of_the_identity_and_its_place_is_not(folder: Path) -> None:
    def identity(dataset: dict[str, Any]) -> str:
        loaded = load_config(study(folder, dataset, "random"))
        return identity_hash(identity_of(loaded, load_dataset(loaded.config.dataset, loaded.base, 0)))

    (folder / "moved.parquet").write_bytes((folder / "test.parquet").read_bytes())
    swapped = TABLE | {"parquet": "test.parquet", "test_file": "train.parquet"}
    assert identity(TABLE) == identity(TABLE | {"test_file": "moved.parquet"})
    assert len({identity(TABLE), identity(swapped), identity(TABLE | {"standardise": False})}) == 3
