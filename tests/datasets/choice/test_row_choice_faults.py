"""A choice of rows that the keys or the data do not allow is refused with file, line and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from support.kinds_of_data import rows, written

from groupinf.errors import ConfigError
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.load import load_config


def fault(folder: Path, keys: dict[str, Any], kind: str = "csv", target: str = "label") -> str:
    """The message, without the file, of a study whose dataset has these keys, each on a line from line 2 on."""
    config = {
        "dataset": {**keys, **written(folder, kind, target)},
        "name": "mine",
        "regularization": {"lambda_over_n": 0.1},
        "groups": {"sizes": {"min": 0.1, "max": 0.2, "num": 1}, "builders": ["random"]},
        "evaluations": ["test_loss"],
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_checked(load_config(folder / "study.yaml"))
    return str(caught.value).removeprefix(f"{folder / 'study.yaml'}, ")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"classes": [1]}, "line 2: dataset.classes: expected a list of at least 2, found [1]"),
        ({"classes": 1}, "line 2: dataset.classes: expected a list, found 1"),
        ({"classes": [1, [2]]}, "line 4: dataset.classes.1: expected a label, found [2]"),
        ({"classes": [1, 1]}, "line 2: dataset.classes: expected every entry once, found 1 more than once"),
        (
            {"classes": [1, 4]},
            "line 4: dataset.classes.1: expected one of the classes 1, 2, 3, found '4'",
        ),
        ({"classes": [1, 2, 1.0]}, "line 5: dataset.classes.2: expected each class once, found '1.0' after '1'"),
        ({"subset": 5}, "line 2: dataset.subset: expected keys and values, found 5; valid keys: rows, seed"),
        ({"subset": {"rows": 0}}, "line 3: dataset.subset.rows: expected a whole number of at least 1, found 0"),
        ({"subset": {"rows": 0.5}}, "line 3: dataset.subset.rows: expected a whole number, found 0.5"),
        (
            {"subset": {"rows": 61}},
            "line 3: dataset.subset.rows: expected at most the 60 training rows that there are, found 61",
        ),
        (
            {"subset": {"rows": 1}},
            "line 2: dataset.subset: expected to leave every class a training row with a positive weight, found none of"
            " class ",
        ),
        (
            {"first_rows": 61},
            "line 2: dataset.first_rows: expected at most the 60 training rows that there are, found 61",
        ),
        ({"first_rows": 0}, "line 2: dataset.first_rows: expected a whole number of at least 1, found 0"),
        (
            {"first_rows": 1},
            "line 2: dataset.first_rows: expected to leave every class a training row with a positive weight, found",
        ),
        (
            {"first_test_rows": 21},
            "line 2: dataset.first_test_rows: expected at most the 20 test rows that there are, found 21",
        ),
        (
            {"first_test_rows": 21, "test_rows": [0]},
            "line 2: dataset.first_test_rows: expected at most the 20 test rows that there are, found 21",
        ),
        ({"subset": {"rows": 9, "sed": 1}}, "line 4: dataset.subset.sed: unknown key 'sed'; did you mean 'seed'?"),
        (
            {"exclude": [{"column": "site"}]},
            "line 3: dataset.exclude.0: expected {column: NAME, equals: VALUE} or {label: VALUE}, found column",
        ),
        (
            {"exclude": [{"column": "site", "equals": "south", "label": 1}]},
            "line 3: dataset.exclude.0: expected {column: NAME, equals: VALUE} or {label: VALUE}, found column, equals"
            " and label",
        ),
        (
            {"exclude": [{"labl": 1}]},
            "line 3: dataset.exclude.0.labl: unknown key 'labl'; did you mean 'label'? valid:",
        ),
        (
            {"exclude": [{"column": "sit", "equals": "south"}]},
            "line 3: dataset.exclude.0.column: expected one of 'a', 'b', 'key', 'label', 'part', 'site', 'votes',"
            " 'ward', 'y', found 'sit'; did you mean 'site'?",
        ),
        (
            {"exclude": [{"column": "site", "equals": "sout"}]},
            "line 4: dataset.exclude.0.equals: expected a value that a training row holds, one of ",
        ),
        (
            {"exclude": [{"column": "ward", "equals": 3}, {"label": 7}]},
            "line 5: dataset.exclude.1.label: expected one of the classes 1, 2, 3, found '7'",
        ),
        (
            {"exclude": [{"label": 1}, {"label": 2}]},
            "line 2: dataset.exclude: expected conditions that hold together for a training row, found none",
        ),
        (
            {"exclude": [{"label": 1}]},
            "line 2: dataset.exclude: expected to leave every class a training row with a positive weight, found none"
            " of class 1 left",
        ),
        ({"keep": 2}, "line 2: dataset.keep: expected exclude beside keep, found keep without it"),
        (
            {"exclude": [{"label": 1}], "keep": 60},
            "line 4: dataset.keep: expected fewer than the 21 training rows for which the conditions hold, found 60",
        ),
        ({"test_rows": [60]}, "line 2: dataset.test_rows: expected training rows 0 to 59, found 60, one more than"),
        ({"test_rows": [-1]}, "line 3: dataset.test_rows.0: expected a whole number of at least 0, found -1"),
        ({"test_rows": [3, 3]}, "line 2: dataset.test_rows: expected every entry once, found 3 more than once"),
        (
            {"test_rows": list(range(60))},
            "line 2: dataset.test_rows: expected to leave a training row with a positive weight, found none left",
        ),
        (
            {"test_rows": [int(rows().index[rows()["label"] == 2][0])], "classes": [1, 3]},
            "line 3: dataset.test_rows.0: expected rows of the classes that are kept, found one of class 2",
        ),
        (
            {"standardise_target": True},
            "line 2: dataset.standardise_target: expected standardise_target only of regression, found rows, whose"
            " labels are classes",
        ),
        ({"standardise_target": "y"}, 'line 2: dataset.standardise_target: expected true or false, found the text "y"'),
        ({"class": [1, 2]}, "line 2: dataset.class: unknown key 'class'; did you mean 'classes'?"),
    ],
)
def test_a_choice_that_is_refused(tmp_path: Path, keys: dict[str, Any], message: str) -> None:
    assert fault(tmp_path, keys).startswith(message)


def test_the_nearest_value_of_a_column_is_named(tmp_path: Path) -> None:
    assert fault(tmp_path, {"exclude": [{"column": "site", "equals": "sout"}]}).endswith("did you mean 'south'?")


@pytest.mark.parametrize("kind", ["npz", "libsvm"])
def test_data_without_columns_have_none_to_leave_rows_out_by(tmp_path: Path, kind: str) -> None:
    message = fault(tmp_path, {"exclude": [{"column": "site", "equals": "south"}]}, kind)
    assert "dataset.exclude.0.column: expected data with columns, found " in message
    assert message.endswith(", which has none")


def test_a_regression_has_no_classes(tmp_path: Path) -> None:
    message = fault(tmp_path, {"classes": [1, 2]}, "npz", "y")
    assert message == "line 2: dataset.classes: expected classes only of classification, found rows, a regression"


def test_a_target_that_is_the_same_everywhere_has_no_deviation(tmp_path: Path) -> None:
    y = rows()["y"][:60]
    message = fault(
        tmp_path, {"test_rows": [i for i in range(60) if y[i] != y[0]], "standardise_target": True}, "npz", "y"
    )
    assert f"dataset.standardise_target: expected training rows whose targets differ, found {y[0]:g} in each" in message


def test_test_rows_have_one_of_the_classes(tmp_path: Path) -> None:
    table = rows()
    table.loc[60:, "label"] = 1
    written(tmp_path, "csv", table=table)
    config = {
        "name": "mine",
        "dataset": {"csv": str(tmp_path / "rows.csv"), "target": "label", "split": "part", "classes": [2, 3]},
        "regularization": {"lambda_over_n": 0.1},
        "groups": {"builders": [{"builder": "column", "column": "site"}]},
    }
    with pytest.raises(ConfigError, match=r"dataset\.classes: expected classes that a test row has, found none"):
        load_checked(load_config(config))


def test_a_default_that_is_spelled_out_changes_nothing(tmp_path: Path) -> None:
    section = written(tmp_path, "csv")
    plain, spelled = (
        load_config(
            {
                "name": "mine",
                "dataset": {**section, **more},
                "regularization": {"lambda_over_n": 0.1},
                "groups": {"builders": [{"builder": "column", "column": "site"}]},
            }
        ).resolved()
        for more in ({}, {"keep": 0, "standardise_target": False, "standardise": False})
    )
    assert plain == spelled
    assert list(plain["dataset"]) == ["csv", "target", "split", "drop", "task", "weight", "row_key"]
