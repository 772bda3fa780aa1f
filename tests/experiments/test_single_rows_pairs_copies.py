"""Groups of counterexamples run from a configuration to a report, with every change, and are refused at their key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from sklearn.linear_model import LogisticRegression
from support.runs import execute

from groupinf.errors import ConfigError
from groupinf.experiments.workers.progress import Silent
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.load import load_config

BUILDERS = [
    {"builder": "single_rows", "strongest": 3},
    {"builder": "single_rows", "random": 4},
    {"builder": "pairs", "keep": 5},
]


def with_copies(folder: Path) -> Path:
    """Rows of two classes: 3 and 2 copies of a row, all three rows of a class being copies where ``whole``."""
    rng = np.random.default_rng(1)
    X = np.vstack([np.repeat([[1.0, 2.0]], 3, axis=0), np.repeat([[-1.0, 0.5]], 2, axis=0), rng.normal(size=(15, 2))])
    y = np.array(["b"] * 3 + ["a"] * 17)
    np.savez(folder / "copies.npz", X_train=X, y_train=y, X_test=X[[0, 7]], y_test=y[[0, 7]])
    return folder / "copies.npz"


@pytest.mark.parametrize(
    "change", ["remove", {"change": "reweight", "factor": 2.0}, "relabel", {"change": "add", "pool_fraction": 0.4}]
)
def test_they_run_with_every_change(small_config: dict[str, Any], tmp_path: Path, change: Any) -> None:
    config = {**small_config, "groups": {"builders": BUILDERS}, "change": change}
    run = execute(load_config(config), tmp_path / "out", 1, False, Silent())
    kinds = run.groups["kind"].value_counts()
    assert kinds["single_row"] == 4
    assert kinds["pairs"] == 5
    assert 3 <= kinds["strongest_row"] <= 6
    assert (run.groups.loc[run.groups["kind"] == "pairs", "size"] == 2).all()
    planned = plan(load_config(config))
    assert planned.groups == 6 + 4 + 5 >= len(run.groups)
    parallel = execute(load_config(config), tmp_path / "parallel", 2, False, Silent())
    assert parallel.groups.equals(run.groups)


def test_a_row_left_out_is_left_out_as_scikit_learn_does_it(small_config: dict[str, Any], tmp_path: Path) -> None:
    config = {**small_config, "groups": {"builders": [{"builder": "single_rows", "rows": "all"}]}}
    config["evaluations"] = ["test_prediction"]
    run = execute(load_config(config), tmp_path / "out", 1, False, Silent())
    arrays = np.load(config["dataset"]["npz"])
    actual = run.effects[run.effects["method"] == "actual"].pivot(index="group", columns="test_point", values="effect")
    assert len(actual) == 90

    def predictions(rows: np.ndarray) -> np.ndarray:
        model = LogisticRegression(C=1 / (0.01 * 90), solver="newton-cholesky", tol=1e-12, max_iter=500)
        model.fit(arrays["X_train"][rows], arrays["y_train"][rows])
        return np.asarray(model.decision_function(arrays["X_test"][list(actual.columns)]))

    everything = np.arange(90)
    for row in (0, 41, 89):
        change = predictions(np.delete(everything, row)) - predictions(everything)
        np.testing.assert_allclose(actual.loc[row], change, atol=1e-7)


def test_all_copies_that_are_a_class_are_skipped_as_any_group_that_empties_one(tmp_path: Path) -> None:
    config = {
        "name": "copies",
        "dataset": {"npz": str(with_copies(tmp_path))},
        "regularization": {"lambda_over_n": 0.1},
        "groups": {"builders": ["copies"]},
        "test_points": {"all": True},
    }
    run = execute(load_config(config), tmp_path / "out", 1, False, Silent())
    assert run.groups["size"].tolist() == [1, 2, 3, 1, 2]
    assert [(entry.group, entry.reason.split(":")[0]) for entry in run.manifest.skipped] == [
        (2, "removes every row of class b")
    ]
    assert "copies: 1 set is all rows of a class" in run.manifest.notes
    assert "copies: 2 sets of identical training rows, of 2 to 3" in plan(load_config(config)).notes
    config["groups"] = {"builders": [{"builder": "copies", "leave": 1}]}
    run = execute(load_config(config), tmp_path / "out", 1, False, Silent())
    assert run.groups["size"].tolist() == [1, 2, 1]
    assert run.manifest.skipped == ()


@pytest.mark.parametrize(
    ("builder", "key", "expected"),
    [
        (
            {"builder": "single_rows", "rows": "all", "strongest": 2},
            "",
            "expected one of .*; found rows and strongest",
        ),
        ({"builder": "single_rows", "rows": 3}, ".rows", "expected all or a list of row numbers, found 3"),
        (
            {"builder": "single_rows", "random": 91},
            ".random",
            "expected at most n = 90, the number of training points",
        ),
        ({"builder": "single_rows", "strongest": 0}, ".strongest", "expected a whole number of at least 1, found 0"),
        ("pairs", ".keep", "expected this key, found none"),
        ({"builder": "pairs", "keep": 4006}, ".keep", "expected at most 4,005, the pairs of 90 rows, found 4,006"),
        ({"builder": "pairs", "keep": 2, "by": "norm"}, ".by", "expected angle, found the text"),
        ("copies", ".builder", "expected identical training rows, found none"),
        ({"builder": "copies", "leave": -1}, ".leave", "expected a whole number of at least 0, found -1"),
        ({"builder": "copies", "leaf": 1}, ".leaf", "unknown key 'leaf'; did you mean 'leave'"),
    ],
)
def test_what_cannot_be_is_refused_at_its_key(
    small_config: dict[str, Any], tmp_path: Path, builder: Any, key: str, expected: str
) -> None:
    text = yaml.safe_dump({**small_config, "groups": {"builders": [builder]}}, sort_keys=False)
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"study.yaml, line \d+: groups.builders.0{key}: .*{expected}"):
        plan(load_config(tmp_path / "study.yaml"))
