"""pydantic's findings in plain words: at which key, what was expected, what was found, the nearest valid name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from groupinf.config.as_list import as_list
from groupinf.config.named_file import names_file
from groupinf.config.reader import Key, Problem
from groupinf.config.registered import FaultBelowError, RegisteredSection, union_of
from groupinf.config.section import ALTERNATIVES, Section, keys_of, section_of
from groupinf.config.words import found, in_quotes, not_one_of, unknown_name
from groupinf.registry import UnknownNameError

_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "string_unicode": "text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "keys and values",
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a {number} of at least {ge:g}",
    "less_than": "a number below {lt:g}",
    "less_than_equal": "a number of at most {le:g}",
    "too_short": "a list of at least {min_length}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least one character",
}


def problems_of(
    error: ValidationError, model: type[Section], value: Any, beside: tuple[str, ...] = ()
) -> list[Problem]:
    """Every finding about ``value``, checked as ``model``, without those that follow from another one below their key.

    ``value`` is what stands in the file, as sections that are one of several are known by it; keys ``beside`` those of
    the model are valid too, and have been read.
    """
    top = _Place(model, beside=beside)
    findings = [(e["type"], *_problem(e, _located(e["loc"], top, value))) for e in error.errors(include_url=False)]
    keys = [key for _, key, _ in findings]
    return [
        Problem(key, message, alternatives=kind == ALTERNATIVES)
        for kind, key, message in findings
        if not (kind == "too_short" and any(k[: len(key)] == key and k != key for k in keys))
    ]


def files_in(model: type[Section], value: Any) -> Iterator[tuple[Key, str]]:
    """The key and the path of every file that ``value`` names, whether it is right as ``model`` or not."""
    for key, leaf in _leaves(value, ()):
        name = next((step for step in reversed(key) if isinstance(step, str)), "")
        field = _located(key, _Place(model), value).model.model_fields.get(name)
        if isinstance(leaf, str) and field is not None and names_file(field):
            yield key, leaf


def _leaves(value: Any, key: Key) -> Iterator[tuple[Key, Any]]:
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _leaves(below, (*key, name))
    elif isinstance(value, list | tuple):
        for i, below in enumerate(value):
            yield from _leaves(below, (*key, i))
    else:
        yield key, value


def names_unknown(error: ValidationError) -> bool:
    """Whether one of the findings is a name that no case of a registry has."""
    found = (e.get("ctx", {}).get("error") for e in error.errors(include_url=False))
    return any(isinstance(fault, UnknownNameError) for fault in found)


@dataclass(frozen=True)
class _Place:
    """The innermost section that a key is in or is: its model and, where it is one of several, these and which.

    Keys ``beside`` those of the model are valid there too.
    """

    model: type[Section]
    union: RegisteredSection | None = None
    case: str | None = None
    beside: tuple[str, ...] = ()


def _located(key: Key, place: _Place, value: Any) -> _Place:
    union = None
    for step in key:
        value = _child(value, step)
        field = place.model.model_fields.get(step) if isinstance(step, str) else None
        if field is not None:
            union, section = union_of(field), section_of(field)
            place = place if section is None or union is not None else _Place(section)
        case = None if union is None else union.case_of(value)
        if union is not None and case is not None:
            place, union = _Place(union.cases[case], union, case), None
    return place


def _child(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    return value[step] if isinstance(value, list | tuple) and isinstance(step, int) and step < len(value) else None


def _problem(error: Mapping[str, Any], place: _Place) -> tuple[Key, str]:
    kind, key, value, context = error["type"], error["loc"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        name, union = str(key[-1]), place.union
        excluded = union.unknown_key(name, place.case) if union and place.case is not None else None
        return key, excluded or unknown_name("key", name, [*keys_of(place.model), *place.beside])
    if kind == "missing":
        section = ".".join(map(str, key[:-1])) or "a configuration"
        needed = f"{section} needs it" + (f" for {place.case}" if place.case else "")
        return key, f"expected this key, found none; {needed}"
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        return key, not_one_of(value, choices or [context["expected"].lower()])
    if kind == "value_error":
        fault = context["error"]
        return (*key, *fault.key) if isinstance(fault, FaultBelowError) else key, str(fault)
    if kind not in _EXPECTED:
        return key, error["msg"]
    number = "whole number" if isinstance(context.get("ge"), int) else "number"
    expected = _EXPECTED[kind].format(number=number, **context)
    return key, f"expected {expected}, found {found(value)}{_advice(error, place.model)}"


def _advice(error: Mapping[str, Any], model: type[Section]) -> str:
    kind, value = error["type"], error["input"]
    if kind == "string_type":
        return in_quotes(value)
    if kind == "int_type" and isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return f"; write {value:.0f}"
    if kind == "tuple_type" and isinstance(value, str | int | float):
        return as_list(value, model.model_fields.get(str(error["loc"][-1])))
    if kind == "model_type":
        return f"; valid keys: {', '.join(keys_of(model))}"
    return ""
