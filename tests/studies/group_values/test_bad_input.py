"""Every bad key of a study of group values is refused with its place, what was expected and what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from support.made_sites import config_of, made_sites
from support.registered import registered

from groupinf.cli.main import main
from groupinf.errors import ConfigError
from groupinf.studies.group_values.checks import load_checked
from groupinf.studies.group_values.semivalues.leave_one_out import LeaveOneOut
from groupinf.studies.group_values.semivalues.registry import SEMIVALUES
from groupinf.studies.load import json_schema, load_config

GOOD: dict[str, Any] = {
    "study": "group_values",
    "name": "small",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 1e-2},
    "groups": {"builders": [{"builder": "single_rows", "rows": list(range(5))}]},
}


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("values", {"by": "shaply"}, r"values: unknown semivalue 'shaply'; did you mean 'shapley'\?"),
        ("values", "core", r"values: unknown semivalue 'core'; valid: shapley, banzhaf, leave_one_out"),
        ("values", {"permutations": 40}, r"values: expected the key by, found .*; valid semivalues: shapley"),
        ("values", {"by": "shapley", "permutations": 39}, r"values\.permutations: .*at least 40, found 39"),
        ("values", {"by": "shapley", "samples": 40}, r"values\.samples: unknown key"),
        ("values", {"by": "banzhaf", "samples": 17}, r"values\.samples: .*multiple of 2"),
        ("values", {"by": "banzhaf", "samples": 8}, r"values\.samples: .*at least 16, found 8"),
        ("values", {"by": "shapley", "exact_up_to": 17}, r"values\.exact_up_to: .*at most 16, found 17"),
        ("values", {"by": "shapley", "ungrouped": "some"}, r"values\.ungrouped: .*present.*absent"),
        ("values", {"by": "shapley", "of": "rows"}, r"values\.of: .*groups"),
        ("values", {"by": "leave_one_out", "exact_up_to": 5}, r"values\.exact_up_to: unknown key"),
        ("evaluations", [], r"evaluations: expected a list of at least 1"),
        ("evaluations", ["test_loss", "test_loss"], r"evaluations: expected every entry once, found test_loss"),
        ("evaluations", ["test_los"], r"evaluations\.0: .*did you mean 'test_loss'\?"),
        ("methods", ["newton"], r"methods: unknown key"),
        ("change", "remove", r"change: unknown key"),
        ("block_width", 0, r"block_width: expected a whole number of at least 1, found 0"),
    ],
)
def test_a_bad_key_is_refused(key: str, value: Any, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        load_config({**GOOD, key: value})


def test_groups_are_required() -> None:
    with pytest.raises(ConfigError, match="groups: expected this key, found none"):
        load_config({key: value for key, value in GOOD.items() if key != "groups"})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"evaluations": ["self_loss"]}, r"evaluations\.0: expected what is the same for every coalition, .*own group"),
        ({"evaluations": ["test_loss", {"evaluation": "coefficient", "of": ["nothing"]}]}, r"evaluations\.1\.of"),
        ({"test_points": {"all": True, "bootstrap": 100}}, r"test_points\.bootstrap: expected no resamples"),
        ({"test_points": {"indices": [114]}}, r"test_points\.indices: expected rows 0 to 113, found 114"),
        (
            {"loss": "hinge", "model": {"linearised": {"loss": "smooth_hinge"}}},
            r"model\.intercept: expected penalised or none, as coalitions without a class",
        ),
        ({"regularization": {"lambda_over_n": 1e-2, "sweep": {"values": [0.1]}}}, r"sweep"),
    ],
)
def test_what_the_data_cannot_give_is_refused_before_anything_is_fitted(changes: Any, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        load_checked(load_config({**GOOD, **changes}))


def test_numbers_of_groups_that_cannot_be_are_refused(tmp_path: Path) -> None:
    sites = made_sites()
    with pytest.raises(ConfigError, match=r"groups\.builders: expected at least two groups to share among, found one"):
        load_checked(load_config(config_of(sites.with_sites(one=np.arange(9)), tmp_path)))
    few = {"by": "banzhaf", "samples": 30, "exact_up_to": 2}
    with pytest.raises(ConfigError, match=r"values\.samples: .* 8 for each group, 32 for 4 groups, found 30"):
        load_checked(load_config(config_of(sites, tmp_path, values=few)))
    every = {"builders": [{"builder": "single_rows"}]}
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump({**GOOD, "groups": every}), encoding="utf-8")
    said = CliRunner().invoke(main, ["experiment", str(path), "--out", str(tmp_path)])
    assert said.exit_code == 2
    assert "groups.builders: expected at most 256 groups to share among, found 455" in said.stderr


def test_a_case_of_a_package_outside_is_valid_where_it_is_registered() -> None:
    class Halved(LeaveOneOut):
        name: ClassVar = "halved"
        by: Literal["halved"] = "halved"  # type: ignore[assignment]

    config = {**GOOD, "values": {"by": "halved"}}
    with registered(SEMIVALUES, Halved):
        assert load_config(config).config.values == Halved()  # type: ignore[attr-defined]
    with pytest.raises(ConfigError, match="halved"):
        load_config(config)


def test_the_schema_has_the_keys_of_each_case() -> None:
    schema = json_schema("group_values")
    assert schema["required"] == ["name", "dataset", "regularization", "groups", "study"]
    told = str(schema["properties"]["values"]) + str(schema["$defs"])
    for name in (*SEMIVALUES, "permutations", "samples", "exact_up_to", "ungrouped"):
        assert name in told
