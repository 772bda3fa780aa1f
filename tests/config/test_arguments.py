"""A wrong argument of the functions in Python is an error of groupinf, in words of Python, before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import groupinf
from groupinf.config.sweep_grid import grid_of
from groupinf.errors import ConfigError

STUDY: dict[str, Any] = {
    "name": "study",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 0.1},
    "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 2}, "builders": ["random"]},
}
VALUES = "expected values of λ/n, such as [1e-4, 1e-3], or the text MIN:MAX:NUM"


@pytest.mark.parametrize("function", ["run_experiment", "run_sweep"])
@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"jobs": "x"}, 'jobs: expected a whole number of at least 1, found the text "x"'),
        ({"jobs": 1.0}, "jobs: expected a whole number of at least 1, found 1.0"),
        ({"jobs": True}, "jobs: expected a whole number of at least 1, found true"),
        ({"out": 3}, "out: expected the path of a folder, found 3"),
        ({"fresh": "no"}, 'fresh: expected True or False, found the text "no"'),
    ],
)
def test_what_both_take(tmp_path: Path, function: str, argument: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        getattr(groupinf, function)(STUDY, **{"out": tmp_path, **argument})
    assert str(caught.value) == message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"lambda_over_n": ["a"]}, f'lambda_over_n: {VALUES}, found the text "a" among them'),
        ({"lambda_over_n": 0.1}, f"lambda_over_n: {VALUES}, found 0.1; write [0.1]"),
        ({"lambda_over_n": {"min": 1}}, f"lambda_over_n: {VALUES}, found the key min"),
        ({"lambda_over_n": [1.0, -1]}, "lambda_over_n: values: 1: expected a number above 0, found -1.0"),
        ({"lambda_over_n": []}, "lambda_over_n: values: expected a list of at least 1, found []"),
        ({"lambda_over_n": "1:2"}, "lambda_over_n 1:2: expected MIN:MAX:NUM, such as 1e-7:1e2:10, or values with"),
        ({"redraw": 1}, "redraw: expected True or False, found 1"),
        ({}, "config: regularization: expected sweep: {min: .., max: .., num: ..} or --lambda-over-n MIN:MAX:NUM, "),
    ],
)
def test_what_a_sweep_takes(tmp_path: Path, argument: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        groupinf.run_sweep(STUDY, out=tmp_path, **argument)
    assert str(caught.value).startswith(message)
    assert argument == {} or "--" not in str(caught.value)


def test_numbers_of_numpy_are_numbers() -> None:
    assert grid_of(np.array([0.5, 0.25])).grid() == (0.25, 0.5)


def test_a_scheduler_is_text_and_a_folder_a_path(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="scheduler: expected text, found 3"):
        groupinf.run_experiment(STUDY, out=tmp_path, scheduler=3)  # type: ignore[arg-type]
    for load in (groupinf.load_run, groupinf.load_sweep):
        with pytest.raises(ConfigError, match="path: expected the path of a folder, found nothing"):
            load(None)  # type: ignore[arg-type]
