"""A builder of a package outside, registered by one call, is configured, refused, counted, drawn and shown like any."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.outside_cases import EveryNth
from support.registered import with_registered

import groupinf
from groupinf.errors import ConfigError
from groupinf.groups.build import build_groups
from groupinf.groups.builders.random import Random
from groupinf.groups.builders.registry import BUILDERS
from groupinf.reporting.words.style import kind_name, kind_styles
from groupinf.studies.group_effects.forecast import plan
from groupinf.studies.load import json_schema, load_config


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    with_registered(monkeypatch, BUILDERS, EveryNth)


CONFIG: dict[str, Any] = {
    "name": "outside",
    "dataset": {"name": "breast_cancer"},
    "regularization": {"lambda_over_n": 0.01},
    "groups": {"builders": ["every_nth"]},
}


def refused(builder: object) -> str:
    with pytest.raises(ConfigError) as caught:
        plan(load_config({**CONFIG, "groups": {"builders": [builder]}}))
    return str(caught.value)


def test_it_draws_from_a_stream_of_its_own(make_source) -> None:
    groups, _ = build_groups(make_source(), [Random(), EveryNth(step=4)])
    members = [groups.members(g).tolist() for g in range(len(groups)) if groups.kind[g] == "every_nth"]
    assert sorted(members) == [list(range(start, 200, 4)) for start in range(4)]
    alone, _ = build_groups(make_source(), [EveryNth(step=4)])
    assert members == [alone.members(g).tolist() for g in range(4)]


def test_a_configuration_names_it_alone_or_with_options() -> None:
    assert load_config(CONFIG).config.groups.builders == (EveryNth(step=3),)
    loaded = load_config(CONFIG, ["groups.builders.0.step=5"])
    assert loaded.config.groups.builders == (EveryNth(step=5),)
    assert loaded.resolved()["groups"] == {"builders": [{"builder": "every_nth", "step": 5}]}
    assert load_config(loaded.resolved()).config == loaded.config


@pytest.mark.parametrize(
    ("builder", "key", "message"),
    [
        ({"builder": "every_nth", "stp": 2}, ".stp", "unknown key 'stp'; did you mean 'step'? valid: builder, step"),
        ({"builder": "every_nth", "step": 1}, ".step", "expected a whole number of at least 2, found 1"),
        ({"builder": "every_nth", "step": 999}, ".step", "expected at most n = 455, found 999"),
        (
            "every_nt",
            "",
            f"unknown builder 'every_nt'; did you mean 'every_nth'? valid: {', '.join(BUILDERS)}, every_nth",
        ),
    ],
)
def test_errors_name_its_keys_and_itself(builder: object, key: str, message: str) -> None:
    assert refused(builder) == f"config: groups.builders.0{key}: {message}"


def test_it_is_counted_and_in_the_json_schema() -> None:
    assert plan(load_config(CONFIG, ["groups.builders.0.step=7"])).groups == 7
    schema = json.dumps(json_schema())
    assert '"every_nth": "#/$defs/EveryNth"' in schema
    assert "Rows that lie ``step`` apart." in schema


def test_a_run_and_its_report_show_it(tmp_path: Path) -> None:
    fewer = ["test_points={random: 1}", "methods=[newton]", "evaluations=[test_loss]"]
    run = groupinf.run_experiment(CONFIG, overrides=fewer, out=tmp_path, jobs=1)
    assert set(run.groups["kind"]) == {"every_nth"}
    assert len(run.groups) == 3
    assert (run.path / "report.html").is_file()
    assert (kind_name("every_nth"), kind_styles(["every_nth"])["every_nth"].name) == ("Every n-th", "Every n-th")


def test_two_builders_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="builder every_nth is registered already"):
        BUILDERS.add(EveryNth)


# These names are also words for other things: keys of sections, columns of tables, what messages count.
WORDS = ("random", "file", "column")
ROOT = Path(groupinf.__file__).parent
OWNERS = {f"groups/builders/{name}.py" for name in (*BUILDERS, "registry") if name != EveryNth.name}
NAMES = {*BUILDERS, *(kind.name for builder in BUILDERS.values() for kind in builder.kinds)} - {EveryNth.name}


def named_in(tree: ast.AST) -> Iterator[str]:
    """Each name of a builder or kind that is a text of the code; of WORDS, those that something is compared with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare | ast.MatchValue):
            sides = [node.value] if isinstance(node, ast.MatchValue) else [node.left, *node.comparators]
            parts = [part for side in sides for part in (side, *getattr(side, "elts", ()))]
            yield from (part.value for part in parts if isinstance(part, ast.Constant) and part.value in WORDS)
        elif isinstance(node, ast.Constant) and node.value in NAMES and node.value not in WORDS:
            yield str(node.value)


def test_no_file_but_its_own_names_a_builder() -> None:
    files = {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py")}
    assert set(files) >= OWNERS
    found = {file: names for file, tree in files.items() if (names := sorted(set(named_in(tree))))}
    assert set(found) <= OWNERS, {file: names for file, names in found.items() if file not in OWNERS}


@pytest.mark.parametrize("code", ["x == 'random'", "y in ('file', 'z')", "f('feature_clusters')", "'negative_tail'"])
def test_the_search_sees_names(code: str) -> None:
    assert list(named_in(ast.parse(code)))
