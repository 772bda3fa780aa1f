"""H⁻¹ applied once to what is measured gives the influence that it gives applied to every group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.runs import members, unreported

from groupinf.errors import ConfigError
from groupinf.studies.group_effects.manifest import MethodUsed
from groupinf.studies.group_effects.result import Run
from groupinf.studies.load import load_config

ONCE = {"method": "influence", "applied_to": "test_points"}
CG = {**ONCE, "solver": "cg", "name": "cg"}
TAYLOR = {**ONCE, "solver": "taylor", "depth": 4000, "scale": 5.0, "name": "series"}
LISSA = {**ONCE, "solver": "lissa", "depth": 400, "scale": 20.0, "repeats": 3, "batch_size": 2, "name": "lissa"}


@pytest.fixture
def config(small_config: dict[str, Any]) -> dict[str, Any]:
    small_config["groups"]["builders"] = ["random"]
    return {**small_config, "model": {"intercept": "none"}, "evaluations": ["test_loss", "test_prediction"]}


def effects(run: Run, method: str, column: str = "effect") -> np.ndarray:
    """By group and value, (G, T)."""
    rows = run.effects[run.effects["method"] == method]
    return rows.pivot(index="group", columns=["evaluation", "test_point"], values=column).to_numpy()


@pytest.mark.parametrize("points", [{"random": 4}, {"all": True}])
def test_influence_is_the_same_whatever_it_is_applied_to(
    config: dict[str, Any], tmp_path: Path, points: dict[str, Any]
) -> None:
    """Slopes of the loss and of the prediction are parallel at each test point: the ∇f are not independent."""
    run = unreported({**config, "test_points": points, "methods": ["influence", CG, TAYLOR]}, tmp_path)
    expected = effects(run, "influence")
    for method in ("cg", "series"):
        found, error = effects(run, method), effects(run, method, "error_estimate")
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)
        assert (np.abs(found - expected) <= error + 1e-12).all()


def test_lissa_is_the_recursion_on_the_gradient_of_the_test_loss(
    config: dict[str, Any], small_arrays: dict[str, Any], tmp_path: Path
) -> None:
    """Written out, of single rows and their Hessians; and its error estimate is how far it is from the influence."""
    run = unreported({**config, "evaluations": ["test_loss"], "methods": ["influence", LISSA]}, tmp_path)
    theta, X = np.load(run.path / "theta.npz")["theta"], small_arrays["X_train"]
    lam_over_n, points = 0.01, sorted(run.manifest.test_points)
    y, y_test = (np.where(small_arrays[f"y_{part}"] == "yes", 1.0, 0.0) for part in ("train", "test"))
    p = 1 / (1 + np.exp(-X @ theta))
    tested = small_arrays["X_test"][points]
    f = ((1 / (1 + np.exp(-tested @ theta)) - y_test[points])[:, None] * tested).T
    estimates = []
    for repeat in range(3):
        rng, h = np.random.default_rng([run.manifest.seed, repeat]), f
        for _ in range(400):
            rows = rng.integers(90, size=2)
            H = (X[rows] * (p * (1 - p))[rows, None]).T @ X[rows] / 2 + lam_over_n * np.eye(3)
            h = f + h - H @ h / 20.0
        estimates.append(h / (20.0 * 90))
    s, r = np.mean(estimates, axis=0), p - y
    found, influence = effects(run, "lissa"), effects(run, "influence")
    for row, group in enumerate(run.retrains["group"]):
        rows = members(run)[group]
        np.testing.assert_allclose(found[row], s.T @ (r[rows] @ X[rows]), rtol=1e-8, atol=1e-12)
    assert np.abs(found - influence).max() > 1e-4
    np.testing.assert_allclose(effects(run, "lissa", "error_estimate"), np.abs(found - influence), rtol=1e-3, atol=1e-9)


def test_the_manifest_tells_it_and_the_default_is_as_if_left_out(config: dict[str, Any], tmp_path: Path) -> None:
    run = unreported({**config, "methods": [CG]}, tmp_path)
    options = {"solver": "cg", "tolerance": 1e-10, "applied_to": "test_points"}
    assert run.manifest.methods_with_options == (MethodUsed("cg", "influence", options),)
    spelled_out = {"method": "influence", "solver": "cg", "applied_to": "groups"}
    plain, other = (
        load_config({**config, "methods": [entry]}).resolved()
        for entry in ({"method": "influence", "solver": "cg"}, spelled_out)
    )
    assert plain == other


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"methods": [ONCE]},
            r"methods.0.applied_to: expected solver beside applied_to: test_points, found it without",
        ),
        ({"methods": [{**CG, "applied_to": "all"}]}, r"methods.0.applied_to: expected .*groups.*test_points"),
        (
            {"methods": ["newton", CG], "evaluations": ["test_loss", "self_loss"]},
            r"methods.1: expected evaluations on test points alone where H⁻¹ is applied to their gradients, found",
        ),
        ({"methods": [{**CG, "method": "parameter_influence"}]}, "applied_to"),
    ],
)
def test_what_it_cannot_do_is_refused_where_it_stands(
    config: dict[str, Any], tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        unreported({**config, **changes}, tmp_path)
