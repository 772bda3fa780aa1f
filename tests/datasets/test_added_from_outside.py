"""A dataset, and a kind of data, that a package outside adds are listed, accepted and loaded as those inside are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from support.registered import with_registered
from support.runs import execute

from groupinf.cli.main import main
from groupinf.config.named_file import DataPath
from groupinf.datasets.choice.options import RowChoice
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.facts import DatasetFacts, KnownDataset
from groupinf.datasets.kind import DatasetKind, nothing_more
from groupinf.datasets.known.by_name import NamedDataset
from groupinf.datasets.known.registry import KNOWN
from groupinf.datasets.registry import DATASET_KINDS, declared_bytes, load_dataset
from groupinf.errors import ConfigError
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.load import load_config

TOY = DatasetFacts(
    name="toy_lines",
    title="Toy: points on two lines",
    n=30,
    n_test=10,
    d=2,
    n_classes=2,
    licence="none",
    citation="made up",
    url="https://example.org",
    bundled_in="a toy package",
)


def load_toy(home: Path, seed: int) -> Dataset:
    return made(np.random.default_rng(seed).normal(size=(TOY.n + 10, TOY.d)), TOY.name, {"toy": "0" * 64})


def made(X: np.ndarray, name: str, sources: Mapping[str, str]) -> Dataset:
    """A dataset whose last ten rows test."""
    y = (X[:, 0] + np.sin(np.arange(X.shape[0])) > 0).astype(np.int64)
    return Dataset(
        name=name,
        task="classification",
        X_train=X[:-10],
        y_train=y[:-10],
        X_test=X[-10:],
        y_test=y[-10:],
        classes=(0, 1),
        sample_weight_train=np.ones(X.shape[0] - 10),
        feature_names=tuple(f"x{j}" for j in range(X.shape[1])),
        sources=sources,
    )


class TextMatrix(RowChoice):
    """A matrix as numpy.savetxt writes it."""

    text_matrix: DataPath
    skip: int = 0


def load_matrix(config: TextMatrix, files: Sequence[Path], seed: int) -> Dataset:
    return made(np.loadtxt(files[0], skiprows=config.skip), files[0].stem, {files[0].name: "1" * 64})


MATRIX = DatasetKind(
    name="text_matrix",
    options=TextMatrix,
    load=load_matrix,
    declared_bytes=lambda config, files: sum(path.stat().st_size for path in files),
    identity=nothing_more,
)


def study(dataset: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": "toy",
        "dataset": dataset,
        "regularization": {"lambda_over_n": 0.1},
        "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
        "test_points": {"random": 1, "highest_loss": 0},
    }


def test_a_dataset_is_listed_described_and_loaded_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_registered(monkeypatch, KNOWN, KnownDataset(TOY, load_toy))
    listed = CliRunner().invoke(main, ["data", "list"]).stdout
    assert [line for line in listed.splitlines() if line.startswith("toy_lines ")]
    shown = CliRunner().invoke(main, ["data", "show", "toy_lines"]).stdout
    assert "none: the dataset comes with a toy package" in shown
    assert "30 × 2, dense" in shown
    assert load_dataset(NamedDataset(name="toy_lines"), tmp_path, 1).n == TOY.n
    run = execute(load_config(study({"name": "toy_lines"})), tmp_path, 1, False, Silent())
    assert np.isfinite(run.effects["effect"]).all()


def test_a_kind_of_data_is_accepted_loaded_and_hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_registered(monkeypatch, DATASET_KINDS, MATRIX)
    np.savetxt(tmp_path / "a.txt", np.random.default_rng(0).normal(size=(40, 2)))
    loaded = load_config(study({"text_matrix": str(tmp_path / "a.txt")}))
    assert load_dataset(loaded.config.dataset, loaded.base, 0).n == 30
    assert declared_bytes(loaded.config.dataset, loaded.base) == (tmp_path / "a.txt").stat().st_size
    run = execute(loaded, tmp_path, 1, False, Silent())
    assert np.isfinite(run.effects["effect"]).all()
    with pytest.raises(
        ConfigError, match=r"expected one of the keys name, npz, npy, csv, parquet, libsvm, text_matrix"
    ):
        load_config(study({}))
    with pytest.raises(ConfigError, match=r"dataset\.text_matrix: expected a file, found no such file: "):
        load_config(study({"text_matrix": str(tmp_path / "b.txt")}))
    with pytest.raises(ConfigError, match=r"unknown key 'skipp'; did you mean 'skip'\?"):
        load_config(study({"text_matrix": str(tmp_path / "a.txt"), "skipp": 1}))
