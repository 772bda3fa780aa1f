"""pydantic's findings in plain words: at which key, what was expected, what was found, the nearest valid name."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from groupinf.config.reader import Key, Problem
from groupinf.config.schema import ALTERNATIVES, BUILDERS, DATASETS, TAGS, Config
from groupinf.wording import did_you_mean

_LONGEST = 60

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
    "model_attributes_type": "keys and values",
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a {number} of at least {ge:g}",
    "less_than": "a number below {lt:g}",
    "less_than_equal": "a number of at most {le:g}",
    "too_short": "a list of at least {min_length}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least one character",
}


def problems_of(error: ValidationError) -> list[Problem]:
    """Every finding as a Problem, without those that merely follow from another one below the same key."""
    findings = [(e["type"], *_problem(e)) for e in error.errors(include_url=False)]
    keys = [key for _, key, _ in findings]
    return [
        Problem(key, message, alternatives=kind == ALTERNATIVES)
        for kind, key, message in findings
        if not (kind == "too_short" and any(k[: len(key)] == key and k != key for k in keys))
    ]


def found(value: Any) -> str:
    """A value as messages show it."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the text {_short(json.dumps(value, ensure_ascii=False))}"
    if isinstance(value, dict):
        keys = _short(", ".join(map(str, value)))
        return f"the {'key' if len(value) == 1 else 'keys'} {keys}" if value else "no keys"
    return _short("true" if value is True else "false" if value is False else _repr(value))


def _repr(value: Any) -> str:
    try:
        return repr(value)
    except ValueError:  # an integer too long to be written in decimal
        return "a number of thousands of digits"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _problem(error: Mapping[str, Any]) -> tuple[Key, str]:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    key, model, tag = _locate(error["loc"])
    if kind == "extra_forbidden":
        return key, _unknown_key(str(key[-1]), model, tag)
    if kind == "missing":
        return key, f"expected this key, found none; {_needed_by(key, tag)}"
    if kind == "union_tag_not_found":
        return _without_tag(key, value)
    if kind == "union_tag_invalid":
        return key, _unknown_name("builder", str(context["tag"]), BUILDERS)
    if kind == "literal_error":
        return key, _not_one_of(value, re.findall(r"'([^']*)'", context["expected"]), context["expected"])
    if kind == "value_error":
        return key, str(context["error"])
    if kind not in _EXPECTED:
        return key, error["msg"]
    number = "whole number" if isinstance(context.get("ge"), int) else "number"
    expected = _EXPECTED[kind].format(number=number, **context)
    return key, f"expected {expected}, found {found(value)}{_advice(kind, value, model)}"


def _advice(kind: str, value: Any, model: type[BaseModel]) -> str:
    if kind == "string_type" and isinstance(value, (int, float)):
        return "; in quotes it is text"
    if kind == "int_type" and isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return f"; write {value:.0f}"
    if kind == "tuple_type" and isinstance(value, str):
        return f"; write [{value}]" if len(value) <= _LONGEST else ""
    if kind == "model_type":
        return f"; valid keys: {', '.join(model.model_fields)}"
    if kind == "model_attributes_type":
        return f"; a builder is a name, or keys and values with builder: NAME; valid names: {', '.join(BUILDERS)}"
    return ""


def _unknown_key(name: str, model: type[BaseModel], tag: str | None) -> str:
    if tag in DATASETS and name in DATASETS:
        return f"expected only one of {', '.join(DATASETS)}, found {tag} and {name}"
    return _unknown_name("key", name, model.model_fields)


def _unknown_name(what: str, name: str, valid: Iterable[str]) -> str:
    return f"unknown {what} {_short(repr(name))}{did_you_mean(name, valid) or ';'} valid: {', '.join(valid)}"


def _needed_by(key: Key, tag: str | None) -> str:
    section = ".".join(map(str, key[:-1])) or "a configuration"
    return f"{section} needs it" + (f" for {tag}" if tag else "")


def _without_tag(key: Key, value: Any) -> tuple[Key, str]:
    """A dataset or builder that does not say which of them it is."""
    if key == ("dataset",):
        return _without_dataset(key, value)
    near = next((k for k in value if difflib.get_close_matches(str(k), ["builder"])), None)
    if near is not None:
        return (*key, near), _unknown_name("key", str(near), ["builder"])
    return key, f"expected the key builder, found {found(value)}; valid builders: {', '.join(BUILDERS)}"


def _without_dataset(key: Key, value: Any) -> tuple[Key, str]:
    expected = f"expected one of the keys {', '.join(DATASETS)}"
    if not isinstance(value, dict):
        written = f"; write {{name: {value}}}" if isinstance(value, str) and len(value) <= _LONGEST else ""
        return key, f"{expected}, found {found(value)}{written}"
    near = next((k for k in value if difflib.get_close_matches(str(k), DATASETS)), None)
    if near is not None:
        return (*key, near), _unknown_name("key", str(near), DATASETS)
    return key, f"{expected}, found {found(value)}"


def _not_one_of(value: Any, choices: list[str], expected: str) -> str:
    if not choices:
        return f"expected {expected.lower()}, found {found(value)}"
    near = did_you_mean(value, choices) if isinstance(value, str) else ""
    return f"expected one of {', '.join(choices)}, found {found(value)}{near}"


def _locate(loc: tuple[str | int, ...]) -> tuple[Key, type[BaseModel], str | None]:
    """pydantic's location as a key path, the section's model that it ends in, and that section's tag.

    In a union of sections pydantic puts the chosen member's tag into the location; it is no key of the file.
    """
    model: type[BaseModel] = Config
    key: Key = ()
    tag = None
    steps = list(loc)
    while steps:
        step = steps.pop(0)
        key = (*key, step)
        if isinstance(step, int) or step not in model.model_fields:
            continue
        members = list(_models_in(model.model_fields[step].annotation))
        if members and steps and isinstance(steps[0], int):
            key = (*key, steps.pop(0))
        if len(members) == 1:
            model, tag = members[0], None
        elif members and steps:
            tag = str(steps.pop(0))
            model = TAGS[tag]
    return key, model, tag


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if get_origin(annotation) is Literal:
        return
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
