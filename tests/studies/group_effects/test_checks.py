"""What a configuration asks and the data cannot give is said all at once, with what to change."""

from __future__ import annotations

from typing import Any

import pytest

from groupinf.errors import ConfigError
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.load import load_config

GOOD: dict[str, Any] = {
    "name": "study",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 0.1},
    "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
}


def refused(**changes: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_checked(load_config({**GOOD, **changes}))
    return str(caught.value).split("\n")


def test_every_fault_against_the_data_is_said_at_once() -> None:
    assert load_checked(load_config(GOOD)).n == 455
    found = refused(
        loss="softmax",
        regularization={"cross_validation": {"min": 0.1, "max": 1.0, "num": 2, "folds": 500}},
        groups={
            "sizes": {"min": 1e-4, "max": 0.2, "num": 2},
            "builders": ["random", {"builder": "column", "column": "city"}],
        },
        test_points={"indices": [3, 1000]},
    )
    assert found == [
        "config: loss: expected binary_logistic, smooth_hinge or hinge for 2 classes, found softmax; or leave the key "
        "out",
        "config: groups.sizes.min: expected groups of at least 1 point, found int(0.0001 · 455) = 0; min must be at "
        "least 0.0022",
        "config: groups.builders.1.column: expected data with columns to group by; breast_cancer has none: leave out "
        "this builder",
        "config: test_points.indices: expected rows 0 to 113, found 1000",
        "config: regularization.cross_validation.folds: expected at most n = 455, found 500",
    ]


def test_both_faults_of_cross_validation_are_said() -> None:
    folds = {"min": 0.1, "max": 1.0, "num": 2, "folds": 5_000, "score": "f1"}
    found = refused(dataset={"name": "digits"}, regularization={"cross_validation": folds})
    assert [line.split(": ")[1].rpartition(".")[2] for line in found] == ["score", "folds"]


def test_every_evaluation_that_is_not_defined_is_named_and_test_points_of_no_column_are_refused() -> None:
    found = refused(
        dataset={"name": "digits"}, evaluations=["test_loss", "test_prediction"], test_points={"column": "genre"}
    )
    column, evaluation = found
    expected = "config: test_points.column: expected data with columns of their test rows, found digits, which has none"
    assert column == f"{expected}; say test points in another way"
    assert evaluation.startswith("config: evaluations: expected test_loss, self_loss, ")
    undefined = "found test_prediction, which is defined for two classes and for regression only"
    assert evaluation.endswith(f" for the 10 classes of digits, {undefined}")
