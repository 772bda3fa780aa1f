"""A study of data with fewer rows than features runs at every λ, in coordinates that no file of it shows but θ̂'s."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from support.runs import unreported

from groupinf.experiments.verify import verify_run
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.evaluate import evaluate
from groupinf.studies.group_effects.result import Run
from groupinf.studies.registry import STUDIES

N, D = 60, 300


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N + 10, D))
    y = X[:, 0] + X[:, 1] + rng.normal(size=N + 10)
    labels = {"ridge": y, "logistic": (y > 0).astype(int), "softmax": np.digitize(y, [-0.5, 0.5])}
    for name, of in labels.items():
        np.savez(tmp_path / f"{name}.npz", X_train=X[:N], y_train=of[:N], X_test=X[N:], y_test=of[N:])
        np.savez(tmp_path / f"{name}_sparse.npz", y_train=of[:N], y_test=of[N:])
    for part, rows in (("train", slice(N)), ("test", slice(N, None))):
        sparse.save_npz(tmp_path / f"X_{part}.npz", sparse.csr_array(np.where(np.abs(X[rows]) > 1, X[rows], 0.0)))
    return tmp_path


def study(folder: Path, name: str, lambda_over_n: float) -> dict[str, Any]:
    dataset: dict[str, Any] = {"npz": str(folder / f"{name}.npz"), "standardise": True}
    if name.endswith("_sparse"):
        dataset |= {"X_train": str(folder / "X_train.npz"), "X_test": str(folder / "X_test.npz"), "standardise": False}
    return {
        "name": "wide",
        "dataset": dataset | {"task": "regression" if name.startswith("ridge") else "classification"},
        "regularization": {"lambda_over_n": lambda_over_n},
        "groups": {"sizes": {"min": 0.05, "max": 0.2, "num": 4}, "builders": ["random", "influence_tails"]},
        "test_points": {"random": 3},
    }


def run(folder: Path, name: str, lambda_over_n: float = 1e-3) -> Run:
    return unreported(study(folder, name, lambda_over_n), folder / "runs")


@pytest.mark.parametrize(
    ("name", "lambda_over_n"),
    [("ridge", 1e-8), ("logistic", 1e-8), ("logistic", 1.0), ("softmax", 1e-6), ("softmax_sparse", 1e-8)],
)
def test_every_lambda_is_retrained(folder: Path, name: str, lambda_over_n: float) -> None:
    found = run(folder, name, lambda_over_n)
    actual = found.effects[found.effects.method == "actual"]
    largest = actual.effect.abs().groupby(actual.evaluation).max()
    errors = actual.error_estimate.groupby(actual.evaluation).max()
    assert (errors <= 1e-6 * largest).all()
    # what the groups lose by being left out is of the order of one, however small the influence says it is
    assert largest["self_loss"] > 0.1


def test_actual_effects_of_a_ridge_are_those_of_its_gram_matrix(folder: Path) -> None:
    found, data = run(folder, "ridge", 1e-8), np.load(folder / "ridge.npz")
    X, X_test = data["X_train"], data["X_test"]
    mean, scale = X.mean(axis=0), X.std(axis=0)
    X, X_test, y, lam = (X - mean) / scale, (X_test - mean) / scale, data["y_train"], 1e-8 * N

    def predictions(kept: np.ndarray) -> np.ndarray:
        m = kept.size
        K = np.block([[X[kept] @ X[kept].T + lam * np.eye(m), np.ones((m, 1))], [np.ones((1, m)), np.zeros((1, 1))]])
        alpha = np.linalg.solve(K, np.append(y[kept], 0.0))
        return np.asarray(X_test @ X[kept].T @ alpha[:-1] + alpha[-1])

    every = predictions(np.arange(N))
    rows = found.effects[(found.effects.method == "actual") & (found.effects.evaluation == "test_prediction")]
    groups = np.load(found.path / "groups.npz")
    for group, part in rows.groupby("group"):
        members = groups["indices"][groups["indptr"][group] : groups["indptr"][group + 1]]
        expected = (predictions(np.setdiff1d(np.arange(N), members)) - every)[part.test_point]
        np.testing.assert_allclose(part.effect, expected, atol=1e-11)


def test_parameters_are_stored_as_those_of_the_features_and_serve_an_evaluation(folder: Path) -> None:
    found = run(folder, "logistic")
    archive = np.load(found.path / "theta.npz")
    assert archive["theta"].shape == (D + 1,)
    assert archive["coordinates"].shape == (N + 1,)
    block = np.load(next((found.path / "blocks").iterdir()))
    assert block["theta"].shape == (len(found.retrains), D + 1)
    wanted = [int(row) for row in found.manifest.test_points]
    here = evaluate(found.path, [f"test_points.indices={wanted}", "methods=[newton]"], None, 1, Silent())
    keys = ["group", "test_point", "evaluation", "method"]
    both = here.effects.merge(found.effects, on=keys, suffixes=("", "_of_run"))
    assert len(both) == len(here.effects)
    np.testing.assert_allclose(both.effect, both.effect_of_run, atol=1e-12)


def test_what_is_prepared_again_from_the_stored_coordinates_makes_the_same_bytes(folder: Path) -> None:
    found = run(folder, "softmax")
    verified = verify_run(STUDIES, found.path, 1, Silent())
    assert verified.recomputed
    assert not verified.problems
