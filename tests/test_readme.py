"""The READMEs name every command, option, key, file and column, with the schema's defaults; examples are accepted."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import click
import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sklearn.linear_model import Ridge, RidgeCV
from support.fitted_models import rows_of
from support.registered import with_registered

import groupinf
from groupinf.cli.main import main
from groupinf.config.named_file import file_keys
from groupinf.config.registered import RegisteredName, union_of
from groupinf.config.section import keys_of
from groupinf.config.sweep_schema import SweepConfig
from groupinf.datasets.choice.options import Condition, Subset
from groupinf.datasets.kernels.registry import KERNELS
from groupinf.datasets.known.registry import dataset_names
from groupinf.datasets.registry import DATASET_KINDS
from groupinf.datasets.row_kinds.registry import ROW_KINDS
from groupinf.effects.changes.registry import CHANGES
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.methods.registry import METHODS
from groupinf.effects.row_orders.registry import ROW_ORDERS
from groupinf.effects.solvers import SolverOptions
from groupinf.effects.standard_errors.registry import STANDARD_ERRORS
from groupinf.estimators.registry import ESTIMATORS
from groupinf.groups.builders.registry import BUILDERS, known_kinds
from groupinf.groups.configured_attributes import AttributesConfig
from groupinf.groups.sizes import Sizes
from groupinf.model_effects.result import GroupEffects
from groupinf.numerics.losses.registry import LOSSES, loss_for
from groupinf.reporting.figures import FIGURES
from groupinf.studies.group_effects import schema
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.group_effects.points.section import PerturbationConfig, PointsConfig
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.retrain.section import TopGroups
from groupinf.studies.group_effects.test_points import FROM_PERCENTILES
from groupinf.studies.group_values.manifest import GroupValuesManifest
from groupinf.studies.group_values.result import GroupValuesRun
from groupinf.studies.group_values.schema import GroupValuesConfig
from groupinf.studies.group_values.semivalues.registry import SEMIVALUES
from groupinf.studies.linear import schema as linear
from groupinf.studies.linear.manifest import LinearManifest
from groupinf.studies.linear.model_section import LOSS, MODEL
from groupinf.studies.load import DEFAULT, load_config
from groupinf.studies.repair_labels.orders.registry import ORDERS
from groupinf.studies.repair_labels.result import RepairRun
from groupinf.studies.repair_labels.schema import Inspect, RepairConfig
from groupinf.studies.robustness.manifest import RobustnessManifest
from groupinf.studies.robustness.questions.registry import QUESTIONS
from groupinf.studies.robustness.result import RobustnessRun
from groupinf.studies.robustness.schema import QUESTION, QUESTIONS_LEFT_OUT, RobustnessConfig

ROOT = Path(__file__).parents[1]
FRONT, CONFIGS, DATA, RESULTS, SCRIPTS, COMMANDS, CODE = PAGES = tuple(
    ROOT / folder / "README.md" for folder in (".", "configs", "data", "results", "scripts", "groupinf/cli", "groupinf")
)
KEPT = [*PAGES, ROOT / "CHANGELOG.md", *(ROOT / "results" / "reference").glob("*.md")]
LONGEST_FRONT_PAGE = 180

# Heading of configs/README.md -> the sections of the schema whose keys its table lists.
SECTIONS: dict[str, tuple[type[BaseModel], ...]] = {
    "Top level": (schema.Config,),
    "model": tuple(MODEL.cases.values()),
    "model.linearised": tuple(LOSS.cases.values()),
    "model.kernel": tuple(KERNELS.values()),
    "dataset": tuple(kind.options for kind in DATASET_KINDS.values()),
    "dataset.exclude": (Condition,),
    "dataset.subset": (Subset,),
    "dataset.rows_are": tuple(ROW_KINDS.values()),
    "regularization": (linear.Regularization,),
    "regularization.cross_validation": (linear.CrossValidation,),
    "regularization.sweep": (SweepConfig,),
    "change": tuple(CHANGES.values()),
    "groups": (schema.GroupsConfig,),
    "groups.sizes": (Sizes,),
    "groups.attributes": (AttributesConfig,),
    "groups.builders": tuple(BUILDERS.values()),
    "evaluations": tuple(EVALUATIONS.values()),
    "influence": (SolverOptions,),
    "retrain": (TopGroups,),
    "points": (PointsConfig,),
    "points.perturbation": (PerturbationConfig,),
    "methods": tuple(METHODS.values()),
    "test_points": (schema.TestPoints,),
    "inspect": (Inspect,),
}
REPAIRS = "A study that repairs labels"
VALUES = "A study of group values"
ROBUSTNESS = "A study of robustness"
PROGRAMS = {"groupinf", "bash", "python", "export"}


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(language: str, *pages: Path) -> list[str]:
    found = [re.findall(rf"^```{language}\n(.*?)^```$", text_of(p), re.DOTALL | re.MULTILINE) for p in pages or PAGES]
    return [block for of_page in found for block in of_page]


def section(page: Path, heading: str) -> str:
    """The text below a heading, up to the next one of any depth."""
    found = re.search(rf"^#+ `?{re.escape(heading)}`?\n(.*?)(?=^#+ |\Z)", text_of(page), re.DOTALL | re.MULTILINE)
    assert found, f"no heading {heading} in {page}"
    return found[1]


def table(page: Path, heading: str) -> dict[str, dict[str, str]]:
    """The first table below a heading: the first cell of each row, without backticks or link -> column -> cell."""
    lines = section(page, heading).split("\n|", 1)[1].split("\n\n")[0].splitlines()
    header, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {re.sub(r"^\[?`?|`.*$", "", row[0]): dict(zip(header, row, strict=True)) for row in rows}


def fields(heading: str) -> Iterator[tuple[str, FieldInfo]]:
    for model in SECTIONS[heading]:
        yield from zip(keys_of(model), model.model_fields.values(), strict=True)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is not Literal:
        for part in get_args(annotation):
            yield from models_in(part)


def choices(annotation: Any) -> Iterator[str]:
    """The names that a key may take, through lists and options, not into sections."""
    if get_origin(annotation) is Literal:
        yield from (value for value in get_args(annotation) if isinstance(value, str))
    elif isinstance(annotation, RegisteredName):
        yield from annotation.registry
    elif get_origin(annotation) in (tuple, Union, UnionType) or hasattr(annotation, "__metadata__"):
        for part in get_args(annotation):
            yield from choices(part)


def shell_lines() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines() if line.strip()]


def test_the_front_page_is_short_and_leads_to_all_others() -> None:
    assert len(text_of(FRONT).splitlines()) <= LONGEST_FRONT_PAGE
    for page in PAGES[1:]:
        assert f"]({page.relative_to(ROOT)})" in text_of(FRONT)


def test_formulas_of_evaluations_and_of_the_methods_of_the_paper_are_on_the_front_page_and_of_others_linked() -> None:
    tables, others = section(FRONT, "What is computed"), section(CONFIGS, "The other methods")
    of_the_paper = [method.name for method in schema.METHODS_OF_THE_PAPER]
    for name in (*of_the_paper, *EVALUATIONS, "actual"):
        assert re.search(rf"^\| `{name}` \| [^|]+ \|", tables, re.MULTILINE), name
    for method in METHODS.values():
        line = rf"^\| `{method.name}` \| [^|]+ \| {method.readout.value} \| [^|]+ \|$"
        assert re.search(line, tables if method.name in of_the_paper else others, re.MULTILINE), method.name
    assert "](configs/README.md#the-other-methods)" in tables
    assert "(H − H(w))⁻¹g(w)" in tables
    (losses,) = re.findall(r"^\| ℓ \| (.*) \|$", tables, re.MULTILINE)
    for loss in LOSSES.values():
        assert loss.label.split()[0] in losses


def test_every_command_and_option_is_named() -> None:
    commands, options = section(FRONT, "Commands"), section(COMMANDS, "Options")
    for name, command in main.commands.items():
        assert f"`groupinf {name}" in commands
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                for option in parameter.opts:
                    row = re.search(rf"^\|[^|]*`{option}[ `][^|]*\|([^|]*)\|", options, re.MULTILINE)
                    assert row, f"{option} of {name}"
                    assert name in row[1]
            else:
                assert parameter.make_metavar(click.Context(command)) in commands
    for option in ("--version", "-h", "--help"):
        assert option in commands


def test_no_option_is_named_that_does_not_exist() -> None:
    known = {option for command in main.commands.values() for p in command.params for option in p.opts}
    rows = re.findall(r"^\| ((?:`--?[a-z][^|]*`(?:, )?)+) \|", section(COMMANDS, "Options"), re.MULTILINE)
    named = {option for row in rows for option in re.findall(r"`(--?[a-z-]+)", row)}
    assert named
    assert named <= known


@pytest.mark.parametrize("heading", SECTIONS)
def test_reference_lists_the_keys_of_the_schema_and_no_others(heading: str) -> None:
    assert set(table(CONFIGS, heading)) == {key for key, _ in fields(heading)}


# left out, these follow from the data
# by which a section is told: left out, it is another or none
TAGS = {
    "groups.builders": "builder",
    "change": "change",
    "model.linearised": "loss",
    "model.kernel": "name",
    "dataset.rows_are": "kind",
    "evaluations": "evaluation",
    "methods": "method",
}
BY_TASK = {"evaluations": "all that the task allows", "score": "`accuracy`; for regression `log_loss`"}


# a default where one case has one and another asks for it
BY_CASE = {
    ("model.kernel", "gamma"): '`"median"`; for `polynomial` required',
    ("evaluations", "of"): "required; of `disparity` all that are defined",
    ("groups.builders", "by"): '`"angle"` for `pairs`',
    ("groups.builders", "path"): "required for `file`",
}


@pytest.mark.parametrize("heading", SECTIONS)
def test_reference_has_the_defaults_of_the_schema(heading: str) -> None:
    rows = table(CONFIGS, heading)
    for key, field in fields(heading):
        stated = rows[key]["default"]
        if key in BY_TASK:
            assert field.default is None
            assert stated == BY_TASK[key]
        elif (heading, key) in BY_CASE:
            assert stated == BY_CASE[heading, key]
            assert field.is_required() or field.default is None or f"`{json.dumps(field.default)}`" in stated
        elif key == TAGS.get(heading) or field.is_required():
            assert stated == "required"
        elif field.default is None:
            assert stated == "–"
        else:
            default = field.default
            if key == "methods":
                default = [schema.METHOD.told(method) for method in default]
            plain = default.model_dump(exclude_none=True) if isinstance(default, BaseModel) else default
            assert stated == f"`{json.dumps(plain)}`", key


def test_reference_of_a_study_that_repairs_labels_lists_its_keys_with_their_defaults() -> None:
    rows = {key: row for cells, row in table_of_repairs() for key in re.findall(r"`(\w+)`", cells)}
    assert set(rows) == set(RepairConfig.model_fields)
    shared = set(linear.LinearConfig.model_fields)
    for key, field in RepairConfig.model_fields.items():
        default = field.default.model_dump() if isinstance(field.default, BaseModel) else field.default
        if key not in shared:
            assert rows[key]["default"] == f"`{json.dumps(default)}`", key
    for name, order in ORDERS.items():
        assert f"`{name}`" in rows["orders"]["type"] + rows["orders"]["meaning"]
        assert re.search(
            rf"^\| `{name}` \| [^|]+ \| {order.source.split(',')[0]}", section(CONFIGS, REPAIRS), re.MULTILINE
        )


def table_of_repairs() -> Iterator[tuple[str, dict[str, str]]]:
    """The first cell of each row of the table of keys, and the row."""
    return rows_of_table(REPAIRS, 1)


def rows_of_table(heading: str, number: int) -> Iterator[tuple[str, dict[str, str]]]:
    """The first cell of each row of a table below a heading of the page of configs, by its number from 1."""
    lines = section(CONFIGS, heading).split("\n\n|")[number].split("\n\n")[0].splitlines()
    header, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    yield from ((row[0], dict(zip(header, row, strict=True))) for row in rows)


def test_reference_of_a_study_of_group_values_lists_its_keys_with_their_defaults() -> None:
    rows = {key: row for cells, row in rows_of_table(VALUES, 1) for key in re.findall(r"`(\w+)`", cells)}
    assert set(rows) == set(GroupValuesConfig.model_fields)
    for key in ("values", "test_points"):
        default = GroupValuesConfig.model_fields[key].default.model_dump(exclude_none=True)
        assert rows[key]["default"] == f"`{json.dumps(default)}`", key
    told = {key: row for cells, row in rows_of_table(VALUES, 2) for key in re.findall(r"`(\w+)`", cells)}
    assert set(told) == {key for case in SEMIVALUES.values() for key in case.model_fields}
    for name, case in SEMIVALUES.items():
        assert f"`{name}`" in told["by"]["type"]
        for key, field in case.model_fields.items():
            assert told[key]["with"] == "all" or f"`{name}`" in told[key]["with"]
            assert key == "by" or told[key]["default"] == f"`{json.dumps(field.default)}`"
    assert [cell for cell, _ in rows_of_table(VALUES, 3)] == [f"`{name}`" for name in SEMIVALUES]


def small(config: str, overrides: list[str], folders: pytest.TempPathFactory) -> Any:
    """A run of a configuration of the repository with less to do."""
    return groupinf.run_experiment(ROOT / "configs" / config, overrides=overrides, out=folders.mktemp("small"), jobs=1)


@pytest.fixture(scope="module")
def small_values(tmp_path_factory: pytest.TempPathFactory) -> GroupValuesRun:
    run: Any = small(
        "values-breast_cancer.yaml",
        ["values={by: leave_one_out}", "regularization.lambda_over_n=0.1"],
        tmp_path_factory,
    )
    return run  # type: ignore[no-any-return]


def test_every_file_and_column_of_a_run_of_group_values_is_described(small_values: GroupValuesRun) -> None:
    told = section(RESULTS, "A run of group values")
    named = set(re.findall(r"`([\w./]+)`", told))
    run = small_values
    for frame in (run.values, run.totals, run.spearman, run.coalitions, run.measured):
        assert set(frame.columns) <= named
    files = {str(path.relative_to(run.path)) for path in run.path.rglob("*") if path.is_file()}
    assert {file for file in files if not file.startswith("blocks/") and not file.endswith(".svg")} <= named
    own = {field.name for field in dataclasses.fields(GroupValuesManifest)} - set(GroupEffectsManifest.__annotations__)
    assert own - {field.name for field in dataclasses.fields(LinearManifest)} <= named


def test_reference_of_a_study_of_robustness_lists_its_keys_with_their_defaults() -> None:
    rows = {key: row for cells, row in rows_of_table(ROBUSTNESS, 1) for key in re.findall(r"`(\w+)`", cells)}
    assert set(rows) == set(RobustnessConfig.model_fields)
    told = {"questions": [QUESTION.told(question) for question in QUESTIONS_LEFT_OUT], "by": list(ROW_ORDERS)}
    for key, default in {**told, "most": RobustnessConfig.model_fields["most"].default}.items():
        assert rows[key]["default"] == f"`{json.dumps(default)}`", key
    keys = {key: row for cells, row in rows_of_table(ROBUSTNESS, 2) for key in re.findall(r"`(\w+)`", cells)}
    assert set(keys) == {key for case in QUESTIONS.values() for key in case.model_fields}
    for name, case in QUESTIONS.items():
        assert f"`{name}`" in keys["flips"]["type"]
        for key, field in case.model_fields.items():
            assert keys[key]["with"] == "all" or f"`{name}`" in keys[key]["with"]
            default = (
                field.default.model_dump(exclude_none=True) if isinstance(field.default, BaseModel) else field.default
            )
            stated = "required" if key == "flips" else "–" if default is None else f"`{json.dumps(default)}`"
            assert keys[key]["default"] == stated, key
    assert [cell for cell, _ in rows_of_table(ROBUSTNESS, 3)] == [f"`{name}`" for name in STANDARD_ERRORS]


@pytest.fixture(scope="module")
def small_robustness(tmp_path_factory: pytest.TempPathFactory) -> RobustnessRun:
    run: Any = small(
        "robustness-breast_cancer.yaml",
        ["questions=[{flips: sign, of: [texture error]}]", "most=5", "by=[influence]"],
        tmp_path_factory,
    )
    return run  # type: ignore[no-any-return]


def test_every_file_and_column_of_a_run_of_robustness_is_described(small_robustness: RobustnessRun) -> None:
    named, run = set(re.findall(r"`([\w./]+)`", section(RESULTS, "A run of robustness"))), small_robustness
    for frame in (run.statements, run.flips, run.removed, run.paths):
        assert set(frame.columns) <= named
    files = {str(path.relative_to(run.path)) for path in run.path.rglob("*") if path.is_file()}
    assert {file for file in files if not file.startswith("blocks/") and not file.endswith(".svg")} <= named
    own = {"statements", "meanings", "orders", "most", "proves", "hessian", "test_accuracy", "test_loss"}
    assert own <= named & {field.name for field in dataclasses.fields(RobustnessManifest)}


def test_reference_covers_every_section_of_the_schema() -> None:
    listed = {model for models in SECTIONS.values() for model in models}
    for field in (field for model in listed for field in model.model_fields.values()):
        union = union_of(field)
        assert set(models_in(field.annotation) if union is None else union.cases.values()) <= listed


@pytest.mark.parametrize("heading", SECTIONS)
def test_reference_names_every_choice(heading: str) -> None:
    rows = table(CONFIGS, heading)
    for key, field in fields(heading):
        if key not in ("builder", "method"):
            for name in choices(field.annotation):
                assert f"`{name}`" in rows[key]["type"], (key, name)


def test_datasets_builders_and_kinds_are_named() -> None:
    assert set(table(DATA, "Datasets by name")) == set(dataset_names())
    groups = section(CONFIGS, "How groups are drawn")
    for name in (*BUILDERS, *known_kinds()):
        assert f"`{name}`" in groups
    assert f"{FROM_PERCENTILES} if left out" in table(CONFIGS, "test_points")["num"]["meaning"]


def whole_configs() -> list[str]:
    return [block for block in blocks("yaml") if "name" in yaml.safe_load(block)]


def test_there_are_whole_configs_for_each_source_of_data() -> None:
    named = {key for block in whole_configs() for key in yaml.safe_load(block)["dataset"]}
    assert set(DATASET_KINDS) <= named


@pytest.mark.parametrize("block", whole_configs())
def test_whole_configs_load(block: str, tmp_path: Path) -> None:
    config = yaml.safe_load(block)
    builders = [b for b in config.get("groups", {}).get("builders", []) if isinstance(b, dict)]
    files = {key for kind in DATASET_KINDS.values() for key in file_keys(kind.options)}
    named = [*(config["dataset"].get(key) for key in files), *(b.get("path") for b in builders)]
    for name in filter(None, named):  # stand-ins, below the config's folder
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "study.yaml").write_text(block, encoding="utf-8")
    assert load_config(tmp_path / "study.yaml").config.name == config["name"]


@pytest.mark.parametrize("path", sorted((ROOT / "configs").rglob("*.yaml")), ids=lambda path: path.name)
def test_configs_of_the_repository_load(path: Path) -> None:
    assert load_config(path).config.name == path.stem


def test_the_first_config_shown_is_the_one_of_the_figure() -> None:
    shown = load_config(yaml.safe_load(whole_configs()[0])).resolved()
    assert shown == load_config(ROOT / "configs" / "diabetes.yaml").resolved()


def test_the_kind_of_study_that_is_the_default_may_be_named() -> None:
    assert f"`study: {DEFAULT}`" in text_of(CONFIGS)
    shown = yaml.safe_load(whole_configs()[0])
    assert load_config({**shown, "study": DEFAULT}).resolved() == load_config(shown).resolved()


@pytest.mark.parametrize("line", shell_lines())
def test_shell_commands_exist_with_their_options_and_files(line: str) -> None:
    program, *words = shlex.split(line)
    assert program in PROGRAMS
    for word in words:
        if re.fullmatch(r"(configs|scripts)/\S+", word):
            assert (ROOT / word).is_file()
    if program == "groupinf":
        command = main.commands[words[0]]
        command.make_context(
            words[0], words[1:], **main.context_settings
        )  # parses options and arguments, raises on any that is unknown
        overrides = [words[i + 1] for i, word in enumerate(words) if word == "--set"]
        for config in (word for word in words if word.endswith(".yaml")):
            load_config(ROOT / config, overrides)


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: Path) -> list[str]:
    prose = re.sub(r"^```.*?^```$", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
    return [slug(heading) for heading in re.findall(r"^#+ (.*)$", prose, re.MULTILINE)]


@pytest.mark.parametrize("page", KEPT, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(page: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text_of(page)) if not re.match(r"https?://", link)]
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchors(target).count(anchor) == 1, link


def test_the_map_of_the_code_names_every_folder_and_only_files_that_exist() -> None:
    named = set(re.findall(r"`((?:\w+/)+(?:\w+\.py)?|\w+\.py)`", text_of(CODE)))
    folders = {f"{path.parent.name}/" for path in (ROOT / "groupinf").glob("*/__init__.py")}
    assert folders <= named
    absent = [name for name in named if not any((base / name).exists() for base in (ROOT / "groupinf", ROOT))]
    assert absent == []


def test_every_figure_has_a_row_and_is_listed() -> None:
    """The tables of figures and ``groupinf figure --list`` have the figures that are registered, all and no others."""
    rows = re.findall(r"^\| (`[^|]*`) \|", text_of(COMMANDS), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`([\w-]+)`", row)}
    listed = CliRunner().invoke(main, ["figure", "--list"], prog_name="groupinf")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(FIGURES)
    assert [name for name in FIGURES if name not in told] == []


def test_the_front_page_shows_the_figure() -> None:
    figure = ROOT / "results" / "reference" / "diabetes_influence_vs_actual.png"
    assert f"]({figure.relative_to(ROOT)})" in text_of(FRONT)
    assert figure.stat().st_size < 500_000


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    fewer = ["groups.sizes.num=3", "groups.builders=[random]", "test_points={random: 1}", "methods=[newton]"]
    fewer.append("theory=true")
    run: Any = small("breast_cancer.yaml", fewer, tmp_path_factory)
    return run  # type: ignore[no-any-return]


def test_every_column_of_a_run_is_described(small_run: Run) -> None:
    for name in ("groups", "retrains", "effects", "theory", "spectra"):
        header = rf"^\| `{name}\.parquet` \| meaning \|\n(.*?)\n\n"
        described = re.search(header, section(RESULTS, "Columns"), re.DOTALL | re.MULTILINE)
        assert described
        first_cells = " ".join(line.split("|")[1] for line in described[1].splitlines()[1:])
        of_hinge = {"duality_gap"} if name == "retrains" else set()
        assert set(re.findall(r"`(\w+)`", first_cells)) == set(getattr(small_run, name).columns) | of_hinge
    spearman = section(RESULTS, "The Spearman table")
    assert all(f"`{column}`" in spearman for column in small_run.spearman.columns)


@pytest.fixture(scope="module")
def small_repair(tmp_path_factory: pytest.TempPathFactory) -> RepairRun:
    run: Any = small(
        "repair-breast_cancer.yaml", ["repeats=2", "inspect.num=3", "orders=[random, training_loss]"], tmp_path_factory
    )
    return run  # type: ignore[no-any-return]


def test_every_file_and_column_of_a_run_that_repairs_labels_is_described(small_repair: RepairRun) -> None:
    told = section(RESULTS, "A run that repairs labels")
    named = {
        word.replace("<order>", order).replace("<column>", column)
        for word in re.findall(r"`([\w<>/.]+)`", told)
        for order in ("random", "training_loss")
        for column in ("found_share", "precision", "test_accuracy", "test_loss")
    }
    frames = (small_repair.repairs, small_repair.repeats, small_repair.flips, small_repair.summary)
    assert {column for frame in frames for column in frame.columns} <= named
    files = {str(path.relative_to(small_repair.path)) for path in small_repair.path.rglob("*") if path.is_file()}
    plain = {file for file in files if not file.startswith("blocks/") and not file.endswith((".svg", "repair.md"))}
    assert plain <= named
    assert all(f"`{field}`" in told for field in ("flips", "inspected", "orders", "hessian"))


def test_every_key_of_a_manifest_is_described(small_run: Run) -> None:
    rows = section(RESULTS, "The manifest").splitlines()
    described = {key for row in rows if row.startswith("| `") for key in re.findall(r"`(\w+)`", row.split("|")[1])}
    manifest = json.loads((small_run.path / "manifest.json").read_text(encoding="utf-8"))
    assert described == set(manifest)
    for key in (*manifest["engine"], *manifest["fit"], *manifest["provenance"]):
        assert f"`{key}`" in section(RESULTS, "The manifest")
    for solver in manifest["engine"].values():
        assert f"| `{solver}` |" in section(CODE, "Engine")


def test_every_file_of_a_run_is_described(small_run: Run) -> None:
    rows = section(RESULTS, "The run folder")
    described = " ".join(line.split("|")[1] for line in rows.splitlines() if line.startswith("|"))
    for path in small_run.path.rglob("*"):
        if path.is_file() and path.parent.name != "blocks":
            name = str(path.relative_to(small_run.path)).replace("newton_vs", "<method>_vs")
            stem, dot, ending = name.rpartition(".")
            assert name in described or (stem in described and f"`{dot}{ending}`" in described)
    assert "blocks/" in described


def test_the_names_of_the_example_in_python_exist(small_run: Run) -> None:
    known = {
        "groupinf": dir(groupinf),
        "run": dir(small_run),
        "effects": [*dir(GroupEffects), *(f.name for f in dataclasses.fields(GroupEffects))],
    }
    (example,) = blocks("python", FRONT)
    tree = ast.parse(example)
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    assert {node.value.id for node in named if isinstance(node.value, ast.Name)} == known.keys()
    for node in named:
        assert isinstance(node.value, ast.Name)
        assert node.attr in known[node.value.id], ast.unparse(node)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        assert isinstance(call.func, ast.Attribute)
        keywords = {word.arg: None for word in call.keywords}
        inspect.signature(getattr(groupinf, call.func.attr)).bind(*call.args, **keywords)


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the examples of how to add a case define, with the cases registered for the time of a test."""
    made: dict[str, Any] = {}
    for example in blocks("python", CODE):
        exec(compile(example, "groupinf/README.md", "exec", dont_inherit=True), names := {"__name__": "example"})
        made |= names
    with_registered(monkeypatch, METHODS, made["DiagonalInfluence"])
    with_registered(monkeypatch, EVALUATIONS, made["TestProbability"])
    with_registered(monkeypatch, LOSSES, made["LogCosh"])
    with_registered(monkeypatch, BUILDERS, made["Heaviest"])
    with_registered(monkeypatch, ORDERS, made["Residual"])
    with_registered(monkeypatch, ROW_ORDERS, made["ByGradients"])
    with_registered(monkeypatch, ESTIMATORS, made["RidgeCVCase"]())
    return made


def test_no_example_is_taken_for_a_test_when_it_is_pasted_into_the_package(examples: dict[str, Any]) -> None:
    evaluation = examples["TestProbability"]
    assert "__test__" not in vars(evaluation)
    assert evaluation.__test__ is False


@pytest.mark.usefixtures("examples")
def test_the_cases_that_are_shown_as_examples_run_from_config_to_report(tmp_path: Path) -> None:
    only = ["groups.builders=[heaviest]", "methods=[diagonal_influence]", "evaluations=[test_probability]"]
    fewer = ["groups.sizes.num=3", "test_points={random: 1}", *only]
    run = groupinf.run_experiment(ROOT / "configs" / "breast_cancer.yaml", overrides=fewer, out=tmp_path, jobs=1)
    assert set(run.effects["method"]) == {"diagonal_influence", "actual"}
    assert set(run.effects["evaluation"]) == {"test_probability"}
    assert set(run.groups["kind"]) == {"heaviest"}
    page = (run.path / "report.html").read_text(encoding="utf-8")
    assert all(label in page for label in ("Diagonal influence", "Test probability", "Heaviest"))
    assert "How far do the most influential rows move it?" not in page


@pytest.mark.usefixtures("examples")
def test_the_order_that_is_shown_as_an_example_runs_from_config_to_report(tmp_path: Path) -> None:
    fewer = ["orders=[residual, training_loss]", "repeats=1", "inspect.num=2"]
    run: Any = groupinf.run_experiment(
        ROOT / "configs" / "repair-breast_cancer.yaml", overrides=fewer, out=tmp_path, jobs=1
    )
    # the loss of two classes rises with the residual
    assert run.flips["rank_residual"].tolist() == run.flips["rank_training_loss"].tolist()
    assert "Residual" in (run.path / "report.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("examples")
def test_the_row_order_that_is_shown_as_an_example_orders_the_rows_of_a_run(tmp_path: Path) -> None:
    builders = "groups={builders: [{builder: most_influential, by: gradients, num_rows: [1, 3]}]}"
    fewer = ["test_points={random: 1}", "evaluations=[test_loss]", builders]
    run = groupinf.run_experiment(ROOT / "configs" / "breast_cancer.yaml", overrides=fewer, out=tmp_path, jobs=1)
    assert run.groups["size"].tolist() == [1, 3] * 2
    assert run.groups["made_from"].str.endswith(", by gradients").all()
    page = (run.path / "report.html").read_text(encoding="utf-8")
    assert "How far do the most influential rows move it?" in page


@pytest.mark.usefixtures("examples")
def test_the_model_that_is_shown_as_an_example_is_taken() -> None:
    rows = rows_of(0)
    model = RidgeCV(alphas=[0.5, 2.0]).fit(rows.X, rows.y)
    found = groupinf.group_effects(model, rows.X, rows.y, groups=[[0, 1]], evaluations="self_loss")
    same = groupinf.group_effects(
        Ridge(alpha=model.alpha_).fit(rows.X, rows.y), rows.X, rows.y, groups=[[0, 1]], evaluations="self_loss"
    )
    assert found.effects["effect"].tolist() == pytest.approx(same.effects["effect"].tolist())


def test_the_loss_that_is_shown_as_an_example_has_its_derivatives(examples: dict[str, Any]) -> None:
    loss, y = examples["LogCosh"](), np.array([0.5, -2.0, 30.0])
    z, h = np.array([[0.0], [-1.0], [1.0]]), 1e-6

    def slope_of(f: Callable[..., Any]) -> Any:
        return (f(z + h, y) - f(z - h, y)) / (2 * h)

    r, a, slope = loss.residuals(z.copy(), y), loss.curvature_state(z, y), loss.curvature_slope(z, y)
    assert slope_of(loss.values) == pytest.approx(r[:, 0], abs=1e-8)
    assert slope_of(loss.residuals) == pytest.approx(a, abs=1e-8)
    assert slope_of(loss.curvature_state) == pytest.approx(slope, abs=1e-8)
    assert (np.abs(slope) <= loss.concordance * a).all()
    far = np.linspace(-20.0, 20.0, 4001)[:, None]
    for derivative, bound in ((loss.residuals, loss.slope_bound), (loss.curvature_slope, loss.third_bound)):
        assert np.abs(derivative(far, np.zeros(4001))).max() == pytest.approx(bound, rel=1e-4)
    assert loss_for(0, "log_cosh").name == "log_cosh"
