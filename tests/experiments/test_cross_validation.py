"""A run that chooses λ stores how: every fold's score, approximate leave-one-out, and the λ/n chosen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.runs import unreported

import groupinf
from groupinf.datasets.dataset import Dataset
from groupinf.errors import ConfigError, DataError
from groupinf.numerics.cross_validation import contiguous_folds
from groupinf.reporting.report import write_report
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.group_effects.result import Run
from groupinf.studies.linear.folds import folds_of, one_class_notes
from groupinf.studies.linear.schema import CrossValidation
from groupinf.studies.load import load_config

FILE = "cross_validation.parquet"
WANTED = {"min": 1e-3, "max": 10.0, "num": 5, "folds": 4, "score": "log_loss"}


@pytest.fixture
def config(small_config: dict[str, Any]) -> dict[str, Any]:
    small_config["groups"]["builders"] = ["random"]
    return {**small_config, "methods": ["influence"], "regularization": {"cross_validation": WANTED}}


def run(config: dict[str, Any], out: Path, **more: Any) -> Run:
    section = {**config["regularization"]["cross_validation"], **more}
    return ran({**config, "regularization": {"cross_validation": section}}, out)


def ran(config: dict[str, Any], out: Path) -> Run:
    return unreported(config, out)


def test_the_table_is_stored_drawn_and_told_in_the_manifest(config: dict[str, Any], tmp_path: Path) -> None:
    done = run(config, tmp_path)
    table = done.cross_validation
    assert table is not None
    folds = table[["fold_0", "fold_1", "fold_2", "fold_3"]].to_numpy()
    np.testing.assert_allclose(table.lam_over_n, np.logspace(-3, 1, 5))
    np.testing.assert_allclose(table.mean_score, folds.mean(axis=1))
    np.testing.assert_allclose(table.standard_error, [np.std(row, ddof=1) / 2.0 for row in folds])
    assert np.isfinite(table.approximate_leave_one_out).all()
    # either estimates the loss on rows that the model has not seen
    np.testing.assert_allclose(table.approximate_leave_one_out, table.mean_score, rtol=0.15)
    (chosen,) = table.index[table.chosen]
    assert chosen == int(table.mean_score.argmax())
    assert done.manifest.lam_over_n == table.lam_over_n[chosen]
    told = pd.DataFrame(map(vars, done.manifest.cross_validation))
    np.testing.assert_array_equal(np.array(told.scores.tolist()), folds)
    np.testing.assert_array_equal(told.mean_score, table.mean_score)
    assert FILE in done.manifest.files
    pd.testing.assert_frame_equal(pd.read_parquet(done.path / FILE), table)
    write_report(done)
    assert (done.path / "figures" / "cross_validation.svg").is_file()


def test_a_configured_lambda_leaves_no_table(small_config: dict[str, Any], tmp_path: Path) -> None:
    small_config["groups"]["builders"] = ["random"]
    done = ran(small_config, tmp_path)
    write_report(done)
    assert done.cross_validation is None
    assert not list(done.path.rglob("*cross_validation*"))


@pytest.mark.parametrize(
    "damage", [lambda p: p.unlink(), lambda p: p.write_bytes(b"other")], ids=["missing", "altered"]
)
def test_a_damaged_table_is_refused_and_made_again(config: dict[str, Any], tmp_path: Path, damage: Any) -> None:
    done = run(config, tmp_path)
    before = (done.path / FILE).read_bytes()
    damage(done.path / FILE)
    with pytest.raises(DataError, match=f"{FILE}: missing, or not the file"):
        groupinf.load_run(done.path)
    run(config, tmp_path)
    assert (done.path / FILE).read_bytes() == before


def test_shuffled_folds_are_seeded_and_change_nothing_else(config: dict[str, Any], tmp_path: Path) -> None:
    plain = run(config, tmp_path)
    shuffled, again = run(config, tmp_path / "a", shuffle=True), run(config, tmp_path / "b", shuffle=True)
    reseeded = run({**config, "seed": 1}, tmp_path, shuffle=True)
    assert shuffled.path.name == again.path.name != plain.path.name
    assert (shuffled.path / FILE).read_bytes() == (again.path / FILE).read_bytes()
    tables = [done.cross_validation for done in (plain, shuffled, reseeded)]
    assert len({table.fold_0[0] for table in tables if table is not None}) == 3
    assert (plain.path / "groups.npz").read_bytes() == (shuffled.path / "groups.npz").read_bytes()
    assert plain.manifest.test_points == shuffled.manifest.test_points


def test_folds_are_contiguous_unless_they_are_shuffled() -> None:
    wanted = CrossValidation(min=1.0, max=2.0, num=2, folds=4)
    for found, expected in zip(folds_of(wanted, np.zeros(90), 0), contiguous_folds(90, 4), strict=True):
        np.testing.assert_array_equal(found, expected)
    shuffled = folds_of(wanted.model_copy(update={"shuffle": True}), np.zeros(90), 0)
    np.testing.assert_array_equal(np.sort(np.concatenate(shuffled)), np.arange(90))
    assert [rows.size for rows in shuffled] == [23, 23, 23, 21]
    assert all((np.diff(rows) > 0).all() for rows in shuffled)
    assert all((np.diff(rows) > 1).any() for rows in shuffled)


@pytest.mark.parametrize("shuffle", [False, True])
def test_stratified_folds_share_out_every_class(shuffle: bool) -> None:
    wanted = CrossValidation(min=1.0, max=2.0, num=2, folds=4, stratified=True, shuffle=shuffle)
    y = np.repeat([0, 1, 2], [50, 33, 3])
    folds = folds_of(wanted, y, 0)
    np.testing.assert_array_equal(np.sort(np.concatenate(folds)), np.arange(86))
    counts = np.array([np.bincount(y[rows], minlength=3) for rows in folds])
    assert (np.ptp(counts, axis=0) <= 1).all()
    assert np.ptp([rows.size for rows in folds]) <= 1
    again, other = (folds_of(wanted, y, seed)[0].tolist() for seed in (0, 1))
    assert folds[0].tolist() == again
    assert (other == again) is not shuffle


def test_folds_of_one_class_are_noted_where_labels_are_sorted(config: dict[str, Any], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 45)
    X = rng.normal(size=(90, 2)) + y[:, None]
    np.savez(tmp_path / "sorted.npz", X_train=X, y_train=y, X_test=X[::3], y_test=y[::3])
    config["dataset"] = {"npz": str(tmp_path / "sorted.npz")}
    noted = "the rows left out are all of one class in 4 of 5 folds, first in fold 0 (class 0)"
    plain, shuffled, strata = (
        run(config, tmp_path, folds=5, score="accuracy", **more)
        for more in ({}, {"shuffle": True}, {"stratified": True})
    )
    assert [any(noted in note for note in done.manifest.notes) for done in (plain, shuffled, strata)] == [
        True,
        False,
        False,
    ]
    assert "over 5 stratified folds" in write_report(strata).read_text()
    section = {"cross_validation": {**WANTED, "folds": 5}}
    planned = plan(load_config({**config, "regularization": section}))
    assert any(noted in note for note in planned.notes)


@pytest.mark.parametrize(
    ("rows", "changes", "words"),
    [
        (
            (45, 45),
            {"folds": 5, "score": "accuracy"},
            "all of one class in 4 of 5 folds, .* as where rows are sorted by",
        ),
        ((75, 75), {"folds": 100, "stratified": True, "score": "accuracy"}, None),
        (
            (75, 75),
            {"folds": 100, "stratified": True, "score": "f1"},
            "in 50 of 100 folds, .* fold 50 .class 0., as a cl",
        ),
        ((75, 75), {"folds": 150, "score": "log_loss"}, None),
        (
            (75, 75),
            {"folds": 150, "score": "f1"},
            "in 150 of 150 folds, .* fewer rows than there are folds; .* fewer folds",
        ),
        (
            (90, 3),
            {"folds": 5, "stratified": True, "score": "f1"},
            "in 2 of 5 folds, .* as a class has fewer .* fewer folds",
        ),
        (
            (46, 45),
            {"folds": 10, "shuffle": True, "score": "f1"},
            "in 1 of 10 folds, first in fold 9 .* stratified: true",
        ),
    ],
)
def test_folds_of_one_row_are_noted_for_f1_alone(
    rows: tuple[int, int], changes: dict[str, Any], words: str | None
) -> None:
    """Other scores of such folds are those of leave-one-out; a note says why folds have one class and what to do."""
    y = np.repeat([0, 1], rows)
    X = np.zeros((y.size, 1))
    dataset = Dataset("made", "classification", X, y, X, y, (0, 1), np.ones(y.size), ("x",))
    notes = one_class_notes(CrossValidation(min=1.0, max=2.0, num=2, **changes), dataset, 0)
    assert len(notes) == (words is not None)
    assert re.search(words or "", "".join(notes))


def test_stratified_folds_need_classes_and_false_is_the_default(config: dict[str, Any], tmp_path: Path) -> None:
    plain = run(config, tmp_path)
    assert run(config, tmp_path, stratified=False).path == plain.path
    assert run(config, tmp_path, stratified=True).path != plain.path
    X = np.arange(40.0)[:, None]
    np.savez(tmp_path / "numbers.npz", X_train=X, y_train=X[:, 0], X_test=X[:9], y_test=X[:9, 0])
    config["dataset"] = {"npz": str(tmp_path / "numbers.npz"), "task": "regression"}
    with pytest.raises(ConfigError, match=r"cross_validation\.stratified: expected stratified folds only of data with"):
        run(config, tmp_path, stratified=True)


def test_the_folds_that_are_checked_are_those_that_are_used(config: dict[str, Any], tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 45)  # sorted: one of two contiguous folds holds all rows of a class
    X = rng.normal(size=(90, 2)) + y[:, None]
    np.savez(tmp_path / "sorted.npz", X_train=X, y_train=y, X_test=X[::3], y_test=y[::3])
    config["dataset"] = {"npz": str(tmp_path / "sorted.npz")}
    with pytest.raises(ConfigError, match="without fold 0 no row of class 0 is left; stratified: true"):
        run(config, tmp_path, folds=2)
    assert run(config, tmp_path, folds=2, shuffle=True).cross_validation is not None
    assert run(config, tmp_path, folds=2, stratified=True).cross_validation is not None


def test_without_a_factor_the_column_is_empty_and_a_note_says_so(
    config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groupinf.numerics.factor.DENSE_BYTES", 0)
    done = run(config, tmp_path)
    assert done.cross_validation is not None
    assert done.cross_validation.approximate_leave_one_out.isna().all()
    assert any(note.startswith("approximate leave-one-out is left out") for note in done.manifest.notes)


@pytest.mark.parametrize(("task", "score"), [("classification", "accuracy"), ("regression", "log_loss")])
def test_a_score_that_is_left_out_is_the_one_that_the_task_has(tmp_path: Path, task: str, score: str) -> None:
    """Spelled out or left out: one table, one folder, and the run says which score it was."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(40, 2))
    y = X[:, 0] + rng.normal(size=40)
    labels = y if task == "regression" else (y > 0).astype(int)
    np.savez(tmp_path / "own.npz", X_train=X[:30], y_train=labels[:30], X_test=X[30:], y_test=labels[30:])
    wanted = {"min": 1e-3, "max": 10.0, "num": 3}
    config = {
        "name": "own",
        "dataset": {"npz": str(tmp_path / "own.npz"), **({"task": task} if task == "regression" else {})},
        "regularization": {"cross_validation": wanted},
        "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
        "test_points": {"random": 1},
    }
    done = ran(config, tmp_path)
    spelled = config | {"regularization": {"cross_validation": wanted | {"score": score}}}
    assert done.config["regularization"]["cross_validation"]["score"] == score
    assert done.manifest.identity["config"]["regularization"]["cross_validation"]["score"] == score
    assert ran(spelled, tmp_path).path == done.path
    assert done.cross_validation is not None
    assert (done.cross_validation.mean_score < 0).all() == (score == "log_loss")


def test_a_score_that_regression_has_not_is_refused_with_the_one_that_it_has(tmp_path: Path) -> None:
    X = np.arange(20.0).reshape(10, 2)
    np.savez(tmp_path / "own.npz", X_train=X, y_train=X[:, 0], X_test=X, y_test=X[:, 0])
    config = {
        "name": "own",
        "dataset": {"npz": str(tmp_path / "own.npz"), "task": "regression"},
        "regularization": {"cross_validation": {"min": 1e-3, "max": 10.0, "num": 3, "score": "f1"}},
        "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
    }
    with pytest.raises(ConfigError, match=r"score: expected log_loss \(half the squared error\).*found f1"):
        ran(config, tmp_path)
