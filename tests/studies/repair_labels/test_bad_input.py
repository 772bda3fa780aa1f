"""Every bad key of a study that repairs labels is refused with its place, what was expected and what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import groupinf
from groupinf.errors import ConfigError, ConvergenceError, RunError
from groupinf.studies.load import json_schema, load_config
from groupinf.studies.repair_labels.checks import load_checked

GOOD: dict[str, Any] = {
    "study": "repair_labels",
    "name": "small",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 1e-2},
    "repeats": 1,
}
SHARE = "expected a share above 0 and below 1, or a whole number of rows"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("flip", 0, rf"flip: {SHARE}, found 0"),
        ("flip", 0.0, rf"flip: {SHARE}, found 0\.0"),
        ("flip", 1.0, rf"flip: {SHARE}, found 1\.0"),
        ("flip", 1.5, rf"flip: {SHARE}, found 1\.5"),
        ("flip", -3, rf"flip: {SHARE}, found -3"),
        ("flip", float("nan"), rf"flip: {SHARE}, found "),
        ("flip", True, rf"flip: {SHARE}, found "),
        ("flip", "some", rf"flip: {SHARE}, found the text \"some\""),
        ("flip", None, rf"flip: {SHARE}, found nothing"),
        ("repeats", 0, r"repeats: expected a whole number of at least 1, found 0"),
        ("repeats", 1.5, r"repeats: expected a whole number"),
        ("inspect", {"max": 2.0}, rf"inspect\.max: {SHARE}, found 2\.0"),
        ("inspect", {"num": 1}, r"inspect\.num: expected a whole number of at least 2, found 1"),
        ("inspect", {"mx": 0.2}, r"inspect\.mx: unknown key.*did you mean 'max'\?"),
        ("inspect", 0.3, r"inspect: expected keys and values"),
        ("orders", [], r"orders: expected a list of at least 1"),
        ("orders", ["random", "random"], r"orders: expected every entry once, found random more than once"),
        ("orders", ["self_influense"], r"orders\.0: .*did you mean 'self_influence'\?"),
        ("orders", "random", r"orders: expected a list"),
        ("orders", [3], r"orders\.0: expected one of"),
        ("groups", {"builders": ["random"]}, r"groups: unknown key"),
        ("loss", "softmx", r"loss: expected one of .*did you mean 'softmax'"),
    ],
)
def test_a_bad_key_is_refused(key: str, value: Any, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        load_config({**GOOD, key: value})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"flip": 456}, r"flip: expected at most 455 rows, as there are training rows, found 456"),
        ({"flip": 0.001}, r"flip: expected at least one row, found int\(0\.001 · 455\) = 0"),
        ({"inspect": {"max": 500}}, r"inspect\.max: expected at most 455 rows, .* found 500"),
        ({"inspect": {"max": 5, "num": 7}}, r"inspect\.num: expected at most 6 numbers .* from 0 to 5, found 7"),
        ({"loss": "softmax"}, r"loss: expected binary_logistic, smooth_hinge or hinge for 2 classes, found softmax"),
        (
            {"regularization": {"lambda_over_n": 1e-2, "sweep": {"values": [1e-3]}}},
            r"regularization\.sweep: expected a study at one λ/n, found a sweep; groupinf sweep runs it",
        ),
        (
            {"regularization": {"cross_validation": {"min": 1e-3, "max": 1e-1, "num": 2, "folds": 500}}},
            r"regularization\.cross_validation\.folds: expected at most n = 455, found 500",
        ),
        ({"model": {"loss": "hinge", "smoothing": 0.0}}, r"model\.intercept: expected penalised or none"),
    ],
)
def test_what_the_data_cannot_give_is_refused(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        load_checked(load_config({**GOOD, **changes}))


def test_line_and_file_of_a_bad_key_are_named(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(yaml.safe_dump({**GOOD, "flip": 999}, sort_keys=False), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"study\.yaml, line 8: flip: expected at most 455 rows"):
        load_checked(load_config(tmp_path / "study.yaml"))


def regression(folder: Path) -> dict[str, Any]:
    X = np.arange(12.0).reshape(6, 2)
    np.savez(folder / "targets.npz", X_train=X, y_train=X[:, 0], X_test=X, y_test=X[:, 0])
    return {**GOOD, "dataset": {"npz": str(folder / "targets.npz"), "task": "regression"}}


def test_regression_is_refused(tmp_path: Path) -> None:
    expected = r"dataset: expected data with classes, whose labels can be flipped, found regression"
    with pytest.raises(ConfigError, match=expected):
        load_checked(load_config(regression(tmp_path)))


def test_flips_that_leave_a_class_without_a_row_are_refused_beside_a_free_intercept(tmp_path: Path) -> None:
    X = np.arange(24.0).reshape(12, 2)
    y = np.array([0] * 10 + [1, 1])
    np.savez(tmp_path / "few.npz", X_train=X, y_train=y, X_test=X, y_test=y)
    few = {**GOOD, "dataset": {"npz": str(tmp_path / "few.npz")}, "flip": 11, "inspect": {"max": 2, "num": 2}}
    expected = r"repeat 0 flips every row of class 1, .* expected a smaller flip, or model: \{intercept: penalised\}"
    with pytest.raises(RunError, match=expected):
        groupinf.run_experiment(few, out=tmp_path, jobs=1)
    held = {**few, "model": {"intercept": "penalised"}, "orders": ["random"]}
    assert len(groupinf.run_experiment(held, out=tmp_path, jobs=1).flips) == 11  # type: ignore[attr-defined]


def test_a_choice_of_lambda_says_from_which_labels(tmp_path: Path) -> None:
    chosen = {"cross_validation": {"min": 1e-2, "max": 1e-1, "num": 2, "folds": 2}}
    few = {**GOOD, "regularization": chosen, "inspect": {"max": 10, "num": 2}, "orders": ["random"]}
    run: Any = groupinf.run_experiment(few, out=tmp_path, jobs=1)
    assert any("on the labels as they are in the data, before any was flipped" in note for note in run.manifest.notes)
    assert run.cross_validation["chosen"].sum() == 1


def test_an_order_without_a_factor_ends_the_run_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groupinf.studies.repair_labels.orders.order.left_out_each", lambda fitted: None)
    few = {**GOOD, "inspect": {"max": 10, "num": 2}}
    assert (
        len(groupinf.run_experiment({**few, "orders": ["training_loss", "random"]}, out=tmp_path, jobs=1).rows) == 569
    )
    expected = r"repeat 0: scores of rows that take H⁻¹ need a factor of H, .* training loss, or at random, need none"
    with pytest.raises(ConvergenceError, match=expected):
        groupinf.run_experiment({**few, "orders": ["leverage"]}, out=tmp_path, jobs=1)


def test_its_schema_has_its_keys() -> None:
    schema = json_schema("repair_labels")
    assert {"flip", "repeats", "inspect", "orders", "study"} <= set(schema["properties"])
    assert set(schema["required"]) == {"study", "name", "dataset", "regularization"}
    assert "groups" not in schema["properties"]


@pytest.mark.parametrize("configured", [False, True])
def test_a_sweep_that_draws_anew_is_refused_as_nothing_is_drawn(configured: bool, tmp_path: Path) -> None:
    section = {"lambda_over_n": 1e-2, "sweep": {"values": [1e-2, 1e-1], "redraw": configured}}
    expected = r"regularization: expected neither --redraw nor regularization\.sweep\.redraw, .* flips the same labels"
    with pytest.raises(ConfigError, match=expected):
        groupinf.run_sweep({**GOOD, "regularization": section}, redraw=not configured, out=tmp_path, jobs=1)


def test_a_sweep_of_it_needs_values() -> None:
    with pytest.raises(ConfigError, match=r"regularization: expected sweep: \{min: \.\., .* or --lambda-over-n"):
        groupinf.run_sweep(GOOD)
