"""Every bad key of a study of robustness is refused with its place, what was expected and what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from groupinf.cli.main import main
from groupinf.errors import ConfigError
from groupinf.studies.load import json_schema, load_config, values_of
from groupinf.studies.robustness.checks import load_checked
from groupinf.studies.robustness.schema import RobustnessConfig

GOOD: dict[str, Any] = {
    "study": "robustness",
    "name": "small",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 1e-1},
}


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("questions", [], r"questions: expected a list of at least 1"),
        ("questions", "sign", r"questions: expected a list"),
        ("questions", ["sgn"], r"questions\.0: unknown flips 'sgn'; did you mean 'sign'\?"),
        ("questions", [{"of": ["age"]}], r"questions\.0: expected the key flips"),
        ("questions", [{"flips": "sign", "off": "all"}], r"questions\.0\.off: unknown key.*did you mean 'of'\?"),
        ("questions", [{"flips": "sign", "of": "age"}], r"questions\.0\.of: expected all, or a list.*write \[age\]"),
        (
            "questions",
            [{"flips": "sign", "at_most": 0}],
            r"questions\.0\.at_most: expected a whole number of at least 1",
        ),
        (
            "questions",
            [{"flips": "significance", "errors": "robust"}],
            r"questions\.0\.errors: expected one of sandwich",
        ),
        ("questions", [{"flips": "significance", "beyond": 0}], r"questions\.0\.beyond: expected a number above 0"),
        ("questions", [{"flips": "prediction", "threshold": "x"}], r"questions\.0\.threshold: expected a number"),
        (
            "questions",
            [{"flips": "prediction", "test_points": {"num": 3}}],
            r"questions\.0\.test_points: expected one of",
        ),
        ("by", [], r"by: expected a list of at least 1"),
        ("by", ["greedy", "greedy"], r"by: expected every entry once, found greedy more than once"),
        ("by", ["greed"], r"by\.0: unknown row_order 'greed'; did you mean 'greedy'"),
        (
            "by",
            [{"row_order": "greedy", "refit_every": 0}],
            r"by\.0\.refit_every: expected a whole number of at least 1",
        ),
        ("most", 0, r"most: expected a share above 0 and below 1, or a whole number of rows, found 0"),
        ("most", "some", r"most: expected a share above 0 and below 1, or a whole number of rows"),
        ("groups", {"builders": ["random"]}, r"groups: unknown key"),
    ],
)
def test_a_bad_key_is_refused(key: str, value: Any, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        load_config({**GOOD, key: value})


def asking(**question: Any) -> dict[str, Any]:
    return {"questions": [question]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"most": 455}, r"most: expected from 1 to 454 of the 455 training rows, found 455"),
        ({"most": 0.001}, r"most: expected from 1 to 454 .*, found int\(0\.001 · 455\) = 0"),
        (
            asking(flips="sign", of=["mean radis"]),
            r"questions\.0\.of: expected features .*did you mean 'mean radius'\?",
        ),
        (
            asking(flips="prediction", test_points={"all": True}),
            r"questions\.0\.test_points: expected single test rows, whose predictions may flip, found all",
        ),
        (
            asking(flips="prediction", test_points={"indices": [114]}),
            r"questions\.0\.test_points: expected test rows 0 to 113, found 114",
        ),
        (
            asking(flips="prediction", test_points={"random": 115}),
            r"questions\.0\.test_points: expected at most 114 test points, as there are test rows, found 115",
        ),
        (
            asking(flips="prediction", test_points={"keys": ["x"]}),
            r"questions\.0\.test_points: expected data whose rows have keys",
        ),
        (
            asking(flips="prediction", threshold=1.0),
            r"questions\.0\.threshold: expected a threshold of regression alone, found classes",
        ),
        (asking(flips="sign", at_most=3), r"questions: expected a question, found that all are left aside"),
        ({"loss": "hinge"}, r"loss: expected a smooth loss, found hinge"),
        ({"model": {"measured": {"loss": "smooth_hinge"}}}, r"model\.measured: expected the fitted loss alone"),
        ({"loss": "softmax"}, r"loss: expected binary_logistic"),
        (
            {"regularization": {"lambda_over_n": 1e-2, "sweep": {"values": [1e-3]}}},
            r"regularization\.sweep: expected a study at one λ/n, found a sweep",
        ),
    ],
)
def test_what_the_data_cannot_give_is_refused(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        load_checked(load_config({**GOOD, **changes}))


def test_an_error_names_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(yaml.safe_dump({**GOOD, "questions": [{"flips": "sign", "of": ["nobody"]}]}), encoding="utf-8")
    result = CliRunner().invoke(main, ["robustness", str(file), "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "study.yaml, line" in result.output
    assert "questions.0.of: expected features of the data or intercept, found 'nobody'" in result.output


def test_another_kind_of_study_and_sweeps_are_refused(tmp_path: Path) -> None:
    repair = tmp_path / "repair.yaml"
    repair.write_text(yaml.safe_dump({**GOOD, "study": "repair_labels"}), encoding="utf-8")
    result = CliRunner().invoke(main, ["robustness", str(repair)])
    assert result.exit_code == 2
    assert "expected a study of robustness or of group effects" in result.output
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump(GOOD), encoding="utf-8")
    swept = CliRunner().invoke(main, ["sweep", str(own), "--lambda-over-n", "0.1,1"])
    assert swept.exit_code == 2
    assert "found robustness" in swept.output


def test_the_schema_has_the_keys_and_a_configuration_comes_back() -> None:
    loaded = load_config({**GOOD, "questions": ["sign", {"flips": "significance", "errors": "model"}]})
    schema, told = json_schema("robustness"), values_of(loaded)
    assert schema["properties"].keys() == {"study", *RobustnessConfig.model_fields}
    assert "study" in schema["required"]
    assert {"prediction", "sign", "significance"} <= set(
        str(schema["properties"]["questions"]).replace("'", " ").split()
    )
    assert values_of(load_config(told)) == told
    assert told["questions"][0] == "sign"


def test_by_default_predictions_and_up_to_fifty_signs_are_asked_for(tmp_path: Path) -> None:
    loaded = load_config(GOOD)
    assert [question.name for question in loaded.config.questions] == ["prediction", "sign"]
    X = np.random.default_rng(0).normal(size=(80, 50))
    np.savez(tmp_path / "wide.npz", X_train=X[:60], y_train=X[:60, 0] > 0, X_test=X[60:], y_test=X[60:, 0] > 0)
    file = tmp_path / "wide.yaml"
    file.write_text(yaml.safe_dump({**GOOD, "dataset": {"npz": "wide.npz"}}), encoding="utf-8")
    told = CliRunner().invoke(main, ["validate", str(file)]).output
    assert "at most 6, each by influence, newton and greedy" in told
    assert "the sign of a coefficient is not asked for: there are 51 coefficients, more than 50" in " ".join(
        told.split()
    )
