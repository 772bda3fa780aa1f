"""A loss, a method, an evaluation and a builder from outside run together, from a configuration to its report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import PoissonRegressor
from support.outside_cases import EveryNth, Half, Poisson, SecondWeight
from support.registered import registered

import groupinf
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.registry import METHODS
from groupinf.errors import ConfigError
from groupinf.groups.builders.registry import BUILDERS
from groupinf.numerics.losses.registry import LOSSES

N, LAM_OVER_N = 120, 0.05


def configured(folder: Path, **changes: Any) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(N + 20, 4))
    y = rng.poisson(np.exp(0.5 * X[:, 0] - 0.3 * X[:, 1])).astype(float)
    np.savez(folder / "counts.npz", X_train=X[:N], y_train=y[:N], X_test=X[N:], y_test=y[N:])
    return {
        "name": "counts",
        "dataset": {"npz": str(folder / "counts.npz"), "task": "regression"},
        "loss": "poisson",
        "regularization": {"lambda_over_n": LAM_OVER_N},
        "groups": {"builders": [{"builder": "every_nth", "step": 8}]},
        "evaluations": ["second_weight", "test_loss"],
        "methods": ["half", "influence", "newton"],
        "test_points": {"random": 2},
        **changes,
    }


def test_cases_from_outside_run_together_from_configuration_to_report(tmp_path: Path) -> None:
    with (
        registered(LOSSES, Poisson),
        registered(METHODS, Half),
        registered(EVALUATIONS, SecondWeight),
        registered(BUILDERS, EveryNth),
    ):
        run = groupinf.run_experiment(configured(tmp_path), out=tmp_path, jobs=1)
        again = groupinf.load_run(run.path)
    assert run.manifest.loss_name == again.manifest.loss_name == "poisson"
    data, effects = np.load(tmp_path / "counts.npz"), run.effects
    members = np.load(run.path / "groups.npz")
    actual = effects[(effects.method == "actual") & (effects.evaluation == "second_weight")].set_index("group").effect

    def fitted(rows: np.ndarray) -> np.ndarray:
        peer = PoissonRegressor(alpha=LAM_OVER_N * N / rows.size, solver="newton-cholesky", tol=1e-13, max_iter=1000)
        return np.asarray(peer.fit(data["X_train"][rows], data["y_train"][rows]).coef_)

    everything = np.arange(N)
    for group in actual.index:
        removed = members["indices"][members["indptr"][group] : members["indptr"][group + 1]]
        change = fitted(np.setdiff1d(everything, removed)) - fitted(everything)
        assert actual[group] == pytest.approx(change[1], rel=1e-6)
    by_method = effects[effects.evaluation == "second_weight"].pivot(index="group", columns="method", values="effect")
    np.testing.assert_allclose(by_method["half"], 0.5 * by_method["influence"], rtol=1e-9)
    page = (run.path / "report.html").read_text(encoding="utf-8")
    assert all(label in page for label in ("Half", "Second weight", "Every n-th", "losses in nats"))


def test_a_loss_is_configured_by_a_registered_name_for_the_labels(tmp_path: Path) -> None:
    named = {"methods": ["newton"], "evaluations": ["test_loss"], "groups": {"builders": [{"builder": "random"}]}}
    named["groups"]["sizes"] = {"min": 0.1, "max": 0.2, "num": 2}
    with pytest.raises(ConfigError, match=r"loss: expected one of .*softmax.*, found the text \"poisson\""):
        groupinf.run_experiment(configured(tmp_path, **named), out=tmp_path)
    expected = "loss: expected squared for regression, found softmax; or leave the key out"
    with pytest.raises(ConfigError, match=expected):
        groupinf.run_experiment(configured(tmp_path, **named, loss="softmax"), out=tmp_path)


def test_the_loss_that_is_the_default_may_be_spelled_out(tmp_path: Path) -> None:
    groups = {"builders": ["random"], "sizes": {"min": 0.1, "max": 0.2, "num": 2}}
    study = configured(tmp_path, methods=["newton"], evaluations=["test_loss"], groups=groups, loss="squared")
    spelled_out = groupinf.run_experiment(study, out=tmp_path, jobs=1)
    del study["loss"]
    assert groupinf.run_experiment(study, out=tmp_path, jobs=1).path == spelled_out.path
