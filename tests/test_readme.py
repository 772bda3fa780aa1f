"""The README names every command, option and key, with the defaults of the schema, and its examples are accepted."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import click
import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import groupinf
from groupinf.cli.main import main
from groupinf.config import schema
from groupinf.config.dataset_schema import MAIN_FILES, MORE_FILES
from groupinf.config.load import load_config
from groupinf.datasets.registry import dataset_names
from groupinf.groups.groups import KINDS
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.test_points import FROM_PERCENTILES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# Heading of the config reference -> the sections of the schema whose keys its table lists.
SECTIONS: dict[str, tuple[type[BaseModel], ...]] = {
    "Top level": (schema.Config,),
    "dataset": tuple(schema.DATASETS.values()),
    "regularization": (schema.Regularization,),
    "regularization.cross_validation": (schema.CrossValidation,),
    "regularization.sweep": (schema.SweepConfig,),
    "groups": (schema.GroupsConfig,),
    "groups.sizes": (schema.Sizes,),
    "groups.builders": tuple(schema.BUILDERS.values()),
    "influence": (schema.Influence,),
    "test_points": (schema.TestPoints,),
}
PROGRAMS = {"groupinf", "bash", "python", "export"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def section(heading: str) -> str:
    """The text below a heading, up to the next one of any depth."""
    found = re.search(rf"^#+ `?{re.escape(heading)}`?\n(.*?)(?=^#+ |\Z)", README, re.DOTALL | re.MULTILINE)
    assert found, f"no heading {heading}"
    return found[1]


def table(heading: str) -> dict[str, dict[str, str]]:
    """The first table below a heading: the first cell of each row, without backticks -> column -> cell."""
    lines = [line for line in section(heading).splitlines() if line.startswith("|")]
    header, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {row[0].strip("`"): dict(zip(header, row, strict=True)) for row in rows}


def fields(heading: str) -> Iterator[tuple[str, FieldInfo]]:
    for model in SECTIONS[heading]:
        yield from model.model_fields.items()


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
    elif get_origin(annotation) in (tuple, Union, UnionType) or hasattr(annotation, "__metadata__"):
        for part in get_args(annotation):
            yield from choices(part)


def shell_lines() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines() if line.strip()]


def test_every_command_and_option_is_named() -> None:
    commands = section("Commands")
    for name, command in main.commands.items():
        assert f"`groupinf {name}" in commands
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                for option in parameter.opts:
                    row = re.search(rf"^\|[^|]*`{option}[ `][^|]*\|([^|]*)\|", commands, re.MULTILINE)
                    assert row, f"{option} of {name}"
                    assert name in row[1]
            else:
                assert parameter.make_metavar(click.Context(command)) in commands
    for option in ("--version", "-h", "--help"):
        assert option in commands


def test_no_option_is_named_that_does_not_exist() -> None:
    known = {option for command in main.commands.values() for p in command.params for option in p.opts}
    rows = re.findall(r"^\| ((?:`--?[a-z][^|]*`(?:, )?)+) \|", section("Commands"), re.MULTILINE)
    named = {option for row in rows for option in re.findall(r"`(--?[a-z-]+)", row)}
    assert named
    assert named <= known


@pytest.mark.parametrize("heading", SECTIONS)
def test_reference_lists_the_keys_of_the_schema_and_no_others(heading: str) -> None:
    assert set(table(heading)) == {key for key, _ in fields(heading)}


# left out, these follow from the data
BY_TASK = {"evaluations": "all that the task allows", "score": "`accuracy`; for regression `log_loss`"}


@pytest.mark.parametrize("heading", SECTIONS)
def test_reference_has_the_defaults_of_the_schema(heading: str) -> None:
    rows = table(heading)
    for key, field in fields(heading):
        stated = rows[key]["default"]
        if key in BY_TASK:
            assert field.default is None
            assert stated == BY_TASK[key]
        elif key == "builder" or field.is_required():
            assert stated == "required"
        elif field.default is None:
            assert stated == "–"
        else:
            default = field.default
            plain = default.model_dump(exclude_none=True) if isinstance(default, BaseModel) else default
            assert stated == f"`{json.dumps(plain)}`", key


def test_reference_covers_every_section_of_the_schema() -> None:
    listed = {model for models in SECTIONS.values() for model in models}
    assert {
        m for model in listed for field in model.model_fields.values() for m in models_in(field.annotation)
    } <= listed


@pytest.mark.parametrize("heading", SECTIONS)
def test_reference_names_every_choice(heading: str) -> None:
    rows = table(heading)
    for key, field in fields(heading):
        if key != "builder":
            for name in choices(field.annotation):
                assert f"`{name}`" in rows[key]["type"], (key, name)


def test_datasets_builders_and_kinds_are_named() -> None:
    datasets = set(table("Datasets and own data"))
    assert datasets
    assert datasets == set(dataset_names())
    groups = section("Groups")
    for name in (*schema.BUILDERS, *KINDS):
        assert f"`{name}`" in groups
    assert f"{FROM_PERCENTILES} if left out" in table("test_points")["num"]["meaning"]


def whole_configs() -> list[str]:
    return [block for block in blocks("yaml") if "name" in yaml.safe_load(block)]


def test_there_are_whole_configs_for_each_source_of_data() -> None:
    named = {key for block in whole_configs() for key in yaml.safe_load(block)["dataset"]}
    assert set(schema.DATASETS) <= named


@pytest.mark.parametrize("block", whole_configs())
def test_whole_configs_load(block: str, tmp_path: Path) -> None:
    config = yaml.safe_load(block)
    builders = [b for b in config["groups"]["builders"] if isinstance(b, dict)]
    files = (*MAIN_FILES, *MORE_FILES)
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


def test_links_lead_to_files_and_headings() -> None:
    headings = {re.sub(r"[^a-z -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^#+ (.*)$", README, re.M)}
    links = re.findall(r"\]\(([^)\s]+)\)", README)
    for link in links:
        if link.startswith("#"):
            assert link[1:] in headings
        elif not link.startswith("https://"):
            assert (ROOT / link).is_file(), link
    figure = ROOT / "results" / "reference" / "diabetes_influence_vs_actual.png"
    assert str(figure.relative_to(ROOT)) in links
    assert figure.stat().st_size < 500_000


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    fewer = ["groups.sizes.num=3", "groups.builders=[random]", "test_points={random: 1}", "methods=[newton]"]
    return groupinf.run_experiment(
        ROOT / "configs" / "breast_cancer.yaml", overrides=fewer, out=tmp_path_factory.mktemp("runs"), jobs=1
    )


def test_every_column_of_a_run_is_described(small_run: Run) -> None:
    for name in ("groups", "retrains", "effects"):
        header = rf"^\| `{name}\.parquet` \| meaning \|\n(.*?)\n\n"
        described = re.search(header, section("The run folder"), re.DOTALL | re.MULTILINE)
        assert described
        first_cells = " ".join(line.split("|")[1] for line in described[1].splitlines()[1:])
        assert set(re.findall(r"`(\w+)`", first_cells)) == set(getattr(small_run, name).columns)
    spearman = section("What is computed")
    assert all(f"`{column}`" in spearman for column in small_run.spearman.columns)


def test_every_file_of_a_run_is_described(small_run: Run) -> None:
    described = " ".join(table("The run folder"))
    for path in small_run.path.rglob("*"):
        if path.is_file() and path.parent.name != "blocks":
            name = str(path.relative_to(small_run.path)).replace("newton_vs", "<method>_vs")
            stem, dot, ending = name.rpartition(".")
            assert name in described or (stem in described and f"`{dot}{ending}`" in section("The run folder"))
    assert "blocks/" in described
