"""A registry knows its cases in their order, and nothing else: an unknown name is an error that says what there is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

import groupinf
from groupinf.errors import ConfigError
from groupinf.registry import Registry, UnknownNameError

PACKAGE = Path(groupinf.__file__).parent
# the modules that have a registry of their own
REGISTRIES = [
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in sorted(PACKAGE.rglob("*.py"))
    if re.search(r"^[A-Z_]+(: Registry\[.*\])? = Registry\(", path.read_text(encoding="utf-8"), re.MULTILINE)
]


@dataclass(frozen=True)
class Colour:
    name: str


RED = Colour("red")


def test_cases_are_found_by_name_in_the_order_of_registration() -> None:
    colours = Registry("colour", [Colour("red"), Colour("blue")])
    colours.add(Colour("green"))
    assert list(colours) == ["red", "blue", "green"]
    assert colours["blue"] == Colour("blue")
    assert "green" in colours
    assert "yellow" not in colours


def test_an_unknown_name_is_an_error_also_where_a_mapping_would_fall_back() -> None:
    colours = Registry("colour", [Colour("red"), Colour("blue")])
    with pytest.raises(UnknownNameError, match=r"unknown colour 'bleu'; did you mean 'blue'\? valid: red, blue"):
        colours["bleu"]
    with pytest.raises(ConfigError, match=r"unknown colour 'x'; valid: red, blue"):
        colours.get("x")


def test_a_name_is_taken_once() -> None:
    colours = Registry("colour", [Colour("red")])
    with pytest.raises(ValueError, match="colour red is registered already"):
        colours.add(Colour("red"))


def test_a_case_is_imported_when_it_is_looked_up() -> None:
    axis = Registry("colour", {"red": f"{__name__}:RED", "blue": "no.such.module:BLUE"})
    axis.add(Colour("green"))
    assert list(axis) == ["red", "blue", "green"]
    assert "blue" in axis
    assert axis["red"] is RED
    with pytest.raises(ModuleNotFoundError):
        axis["blue"]
    with pytest.raises(ValueError, match="colour red is registered already"):
        axis.add(Colour("red"))


def test_a_case_has_the_name_that_its_line_says() -> None:
    axis = Registry("colour", {"rosy": f"{__name__}:RED"})
    with pytest.raises(ValueError, match=r"colour rosy is registered at .*:RED, which calls itself red"):
        axis["rosy"]


@pytest.mark.parametrize("registry", REGISTRIES)
def test_every_line_of_every_registry_is_right(registry: str) -> None:
    """Looking a case up imports it, and compares its name."""
    axes = [value for value in vars(import_module(registry)).values() if isinstance(value, Registry)]
    assert axes
    assert [axis[name].name for axis in axes for name in axis] == [name for axis in axes for name in axis]
