"""A study of any sections is read alike: names and sections of a registry, also of cases added later, and files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import pytest
from pydantic import Field

from groupinf.config.load import json_schema, load_config, load_study
from groupinf.config.named_file import DataPath, FilePath, named_files
from groupinf.config.registered import KeyedSection, NamedSection, RegisteredName
from groupinf.config.section import PositiveInt, Section, StudyConfig
from groupinf.config.written import read_config
from groupinf.errors import ConfigError
from groupinf.registry import Registry


@dataclass(frozen=True)
class Colour:
    name: str


class Circle(Section):
    name: ClassVar = "circle"
    shape: Literal["circle"] = "circle"
    radius: PositiveInt


class Dot(Section):
    name: ClassVar = "dot"
    shape: Literal["dot"] = "dot"


class Star(Section):
    name: ClassVar = "star"
    shape: Literal["star"] = "star"
    points: Annotated[int, Field(ge=3)] = 5
    outline: FilePath | None = None


class Table(Section):
    csv: DataPath
    labels: tuple[FilePath, ...] = Field(default=(), strict=False)


class Named(Section):
    name: str


COLOURS = Registry("colour", (Colour("red"), Colour("green")))
SHAPES: Registry[type[Section]] = Registry("shape", (Circle, Dot))
SOURCES: dict[str, type[Section]] = {"name": Named, "csv": Table}


class Drawing(StudyConfig):
    """Shapes."""

    colours: Annotated[tuple[Annotated[str, RegisteredName(COLOURS)], ...], Field(strict=False)] = ()
    first: Annotated[Section, NamedSection(SHAPES, "shape")] = Dot()
    shapes: Annotated[tuple[Annotated[Section, NamedSection(SHAPES, "shape")], ...], Field(strict=False)] = ()
    source: Annotated[Section, KeyedSection(SOURCES)] = Named(name="none")


class Other(StudyConfig):
    """A study that says which it is."""

    study: Literal["other"] = "other"


@pytest.fixture(autouse=True)
def _added_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the model was made."""
    for registry, case in ((COLOURS, Colour("blue")), (SHAPES, Star)):
        monkeypatch.setattr(registry, "_cases", dict(registry._cases))
        registry.add(case)


def drawn(*overrides: str, **keys: object) -> Drawing:
    return load_config({"name": "a", **keys}, overrides, Drawing).config


def refused(*overrides: str, **keys: object) -> str:
    with pytest.raises(ConfigError) as caught:
        drawn(*overrides, **keys)
    return str(caught.value)


def test_cases_added_later_are_valid() -> None:
    found = drawn(colours=["blue"], first="star", shapes=["dot", {"shape": "star", "points": 7}])
    assert found.colours == ("blue",)
    assert (found.first, found.shapes) == (Star(), (Dot(), Star(points=7)))
    schema = json_schema({"drawing": Drawing}, "drawing", "drawing")
    assert schema["properties"]["colours"]["items"] == {"enum": ["red", "green", "blue"], "type": "string"}
    assert schema["properties"]["shapes"]["items"]["anyOf"][0] == {"enum": ["dot", "star"]}
    assert {"Circle", "Dot", "Star", "Table", "Named"} == set(schema["$defs"])


def test_a_section_in_short_takes_options_from_overrides() -> None:
    found = drawn("first.points=4", "shapes.0.radius=2", first="star", shapes=["circle"])
    assert (found.first, found.shapes) == (Star(points=4), (Circle(radius=2),))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"colours": ["bleu"]},
            "colours.0: expected one of red, green, blue, found the text \"bleu\"; did you mean 'blue'?",
        ),
        ({"colours": [["red"]]}, "colours.0: expected one of red, green, blue, found ['red']"),
        ({"first": "circle"}, "first.radius: expected this key, found none; first needs it for circle"),
        ({"first": {"shape": "star", "point": 1}}, "first.point: unknown key 'point'; did you mean 'points'? valid: "),
        ({"first": {"shape": "star", "points": 2}}, "first.points: expected a whole number of at least 3, found 2"),
        ({"shapes": ["dot", "sta"]}, "shapes.1: unknown shape 'sta'; did you mean 'star'? valid: circle, dot, star"),
        ({"shapes": [{"shap": "dot"}]}, "shapes.0.shap: unknown key 'shap'; did you mean 'shape'? valid: shape"),
        ({"shapes": [{"radius": 1}]}, "shapes.0: expected the key shape, found the key radius; valid shapes: circle, "),
        ({"shapes": [1]}, "shapes.0: expected keys and values, found 1; a shape is a name, or keys and values with "),
        ({"source": {"csv": "a", "name": "b"}}, "source.csv: expected only one of name, csv, found name and csv"),
        ({"source": "b"}, 'source: expected one of the keys name, csv, found the text "b"; write {name: b}'),
        ({"source": {"cvs": "b"}}, "source.cvs: unknown key 'cvs'; did you mean 'csv'? valid: name, csv"),
    ],
)
def test_what_is_wrong_is_said_with_the_names_that_there_are(keys: dict[str, object], message: str) -> None:
    assert refused(**keys).startswith(f"config: {message}")


def test_files_are_found_wherever_a_section_names_them(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(
        "name: a\nfirst: {shape: star, outline: o.svg}\nsource:\n  csv: t.csv\n  labels:\n    - l.csv\n    - /no/such\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "study.yaml", [], Drawing)
    places = [line.split(": expected a file, found no such file: ") for line in str(caught.value).split("\n")]
    file = f"{tmp_path / 'study.yaml'}, line"
    assert places == [
        [f"{file} 2: first.outline", str(tmp_path / "o.svg")],
        [f"{file} 4: source.csv", str(tmp_path / "t.csv")],
        [f"{file} 6: source.labels.0", str(tmp_path / "l.csv")],
        [f"{file} 7: source.labels.1", "/no/such"],
    ]
    for name in ("o.svg", "t.csv", "l.csv"):
        (tmp_path / name).touch()
    loaded = load_config(tmp_path / "study.yaml", ["source.labels=[l.csv]"], Drawing)
    found = [(file.key, file.path, file.of_data) for file in named_files(loaded.config)]
    assert found == [
        (("first", "outline"), "o.svg", False),
        (("source", "csv"), "t.csv", True),
        (("source", "labels", 0), "l.csv", False),
    ]
    assert loaded.located().first == Star(outline=str(tmp_path / "o.svg"))
    assert loaded.resolved()["source"] == {"csv": str(tmp_path / "t.csv"), "labels": [str(tmp_path / "l.csv")]}


STUDIES: dict[str, type[StudyConfig]] = {"drawing": Drawing, "other": Other}


@pytest.mark.parametrize(
    ("keys", "overrides", "expected"),
    [
        ({}, [], Drawing(name="a")),
        ({"study": "drawing"}, [], Drawing(name="a")),
        ({"study": "other"}, [], Other(name="a")),
        ({"study": "drawing"}, ["study=other"], Other(name="a")),
        ({"study": "nonsense"}, ["study=drawing"], Drawing(name="a")),
    ],
)
def test_the_key_study_chooses_the_sections(keys: dict[str, str], overrides: list[str], expected: StudyConfig) -> None:
    assert load_study(read_config({"name": "a", **keys}, overrides), STUDIES, "drawing").config == expected


@pytest.mark.parametrize(
    ("study", "overrides", "message"),
    [
        ("othr", [], "FILE, line 1: study: unknown study 'othr'; did you mean 'other'? valid: drawing, other"),
        ("[other]", [], "FILE, line 1: study: expected text, found ['other']"),
        ("other", ["study=x"], "--set study=x: study: unknown study 'x'; valid: drawing, other"),
    ],
)
def test_a_study_that_there_is_not_is_named_with_its_place(
    tmp_path: Path, study: str, overrides: list[str], message: str
) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(f"study: {study}\nname: a\n")
    with pytest.raises(ConfigError) as caught:
        load_study(read_config(file, overrides), STUDIES, "drawing")
    assert str(caught.value) == message.replace("FILE", str(file))
