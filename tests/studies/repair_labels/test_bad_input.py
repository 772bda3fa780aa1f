"""Every bad key of a study that repairs labels is refused with its place, what was expected and what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import yaml
from support.registered import registered

import groupinf
from groupinf.errors import ConfigError, ConvergenceError
from groupinf.numerics.losses.loss import Array
from groupinf.studies.load import json_schema, load_config
from groupinf.studies.repair_labels.checks import load_checked
from groupinf.studies.repair_labels.flips import drawn_flips
from groupinf.studies.repair_labels.orders.order import Known
from groupinf.studies.repair_labels.orders.random import RandomOrder
from groupinf.studies.repair_labels.orders.registry import ORDERS

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


def few(folder: Path, y: list[int], **changes: Any) -> dict[str, Any]:
    """A study of twelve rows with these labels."""
    X = np.random.default_rng(4).normal(size=(len(y), 2))
    np.savez(folder / "few.npz", X_train=X, y_train=y, X_test=X, y_test=y)
    return {**GOOD, "dataset": {"npz": str(folder / "few.npz")}, "inspect": {"max": 2, "num": 2}, **changes}


def last_rows_taken(y: list[int], flip: int, repeats: int) -> list[tuple[int, int]]:
    """Repeats whose flipped labels lack a class, with the class, label by label."""
    flips = [drawn_flips(np.array(y, dtype=float), len(set(y)), flip, 0, repeat) for repeat in range(repeats)]
    return [(i, c) for i, flipped in enumerate(flips) for c in sorted(set(y)) if c not in flipped.y.tolist()]


@pytest.mark.parametrize(("y", "flip"), [([0] * 11 + [1], 1), ([0] * 6 + [1] * 5 + [2], 4)])
def test_flips_that_leave_a_class_without_a_row_are_refused_beside_a_free_intercept(
    y: list[int], flip: int, tmp_path: Path
) -> None:
    taken = last_rows_taken(y, flip, 40)
    repeat, label = taken[0]
    config = few(tmp_path, y, flip=flip, repeats=40)
    expected = (
        rf"flip: expected every class to have rows, found that flips of repeat {repeat} leave no row of class {label}, "
        r"without .* expected fewer flips, another seed, or model: \{intercept: penalised\}"
    )
    with pytest.raises(ConfigError, match=expected):
        load_checked(load_config(config))
    held = {**config, "model": {"intercept": "penalised"}, "orders": ["random"], "repeats": repeat + 1}
    assert len(groupinf.run_experiment(held, out=tmp_path, jobs=1).flips) == flip * (repeat + 1)  # type: ignore[attr-defined]
    assert repeat == 0 or load_checked(load_config({**config, "repeats": repeat}))


def test_a_class_all_of_whose_rows_are_flipped_may_have_those_of_another(tmp_path: Path) -> None:
    """Of two classes all of whose labels are flipped, each has the rows of the other."""
    y = [0] * 7 + [1] * 5
    for flip in (11, 12):
        run: Any = groupinf.run_experiment(few(tmp_path, y, flip=flip, orders=["random"]), out=tmp_path, jobs=1)
        assert len(run.flips) == flip


def test_rows_without_weight_hold_no_class(tmp_path: Path) -> None:
    y = [0] * 7 + [1] * 5
    weighted = few(tmp_path, y, flip=2, repeats=40)
    assert load_checked(load_config(weighted)).n == 12
    arrays = dict(np.load(tmp_path / "few.npz"))
    np.savez(tmp_path / "few.npz", **arrays, sample_weight_train=[1.0] * 8 + [0.0] * 4)
    with pytest.raises(ConfigError, match=r"flips of repeat \d+ leave no row of class 1"):
        load_checked(load_config(weighted))


class FirstRows(RandomOrder):
    """Rows as they stand."""

    name: ClassVar = "first_rows"

    def score(self, known: Known) -> Array:
        """Falling."""
        return -np.arange(known.fitted.objective.n, dtype=np.float64)


def test_labels_put_right_may_leave_a_class_without_a_row(tmp_path: Path) -> None:
    """All labels are flipped, and just the rows of one class are inspected: all are then of that class."""
    y = [0] * 7 + [1] * 5
    config = few(tmp_path, y, flip=12, orders=["first_rows"], inspect={"max": 7, "num": 2})
    expected = r"repeat 0: with 7 labels of 12 put right no row is of class 1, without which a free intercept has no"
    with registered(ORDERS, FirstRows):
        with pytest.raises(ConvergenceError, match=expected):
            groupinf.run_experiment(config, out=tmp_path, jobs=1)
        held = {**config, "model": {"intercept": "penalised"}}
        assert len(groupinf.run_experiment(held, out=tmp_path, jobs=1).flips) == 12  # type: ignore[attr-defined]


def test_a_choice_of_lambda_says_from_which_labels(tmp_path: Path) -> None:
    chosen = {"cross_validation": {"min": 1e-2, "max": 1e-1, "num": 2, "folds": 2}}
    config = {**GOOD, "regularization": chosen, "inspect": {"max": 10, "num": 2}, "orders": ["random"]}
    run: Any = groupinf.run_experiment(config, out=tmp_path, jobs=1)
    assert any("on the labels as they are in the data, before any was flipped" in note for note in run.manifest.notes)
    assert run.cross_validation["chosen"].sum() == 1


def test_an_order_without_a_factor_ends_the_run_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groupinf.points.row_scores.left_out_each", lambda fitted: None)
    config = {**GOOD, "inspect": {"max": 10, "num": 2}}
    assert (
        len(groupinf.run_experiment({**config, "orders": ["training_loss", "random"]}, out=tmp_path, jobs=1).rows)
        == 569
    )
    expected = r"repeat 0: scores of rows that take H⁻¹ need a factor of H, .* training loss, or at random, need none"
    with pytest.raises(ConvergenceError, match=expected):
        groupinf.run_experiment({**config, "orders": ["leverage"]}, out=tmp_path, jobs=1)


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
