"""A registry knows its cases in their order, and nothing else: an unknown name is an error that says what there is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from groupinf.errors import ConfigError
from groupinf.registry import Registry, UnknownNameError


@dataclass(frozen=True)
class Colour:
    name: str


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
