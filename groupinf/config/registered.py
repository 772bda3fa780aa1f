"""Types of keys whose values are registered: names of a registry, and sections that are one of several by a tag.

Both look into the registry when a configuration is checked, so that cases which are added later are valid too.
"""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from groupinf.config.reader import Key
from groupinf.config.section import OrFlag, Section, by_flag, marks_of, section_of
from groupinf.config.words import LONGEST, found, not_one_of, unknown_name
from groupinf.registry import UnknownNameError


class FaultBelowError(ValueError):
    """What a validator raises where a key below the value that it was given is at fault."""

    def __init__(self, key: Key, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, eq=False)
class RegisteredName:
    """``Annotated[str, RegisteredName(registry)]``: one of the names of a registry."""

    registry: Collection[str]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"enum": list(self.registry), "type": "string"}

    def _checked(self, value: Any) -> str:
        if isinstance(value, str) and value in self.registry:
            return value
        raise UnknownNameError(not_one_of(value, list(self.registry)))


@dataclass(frozen=True, eq=False)
class RegisteredSection(ABC):
    """``Annotated[Base, ...]``: a section that is one of ``cases``, the model of each by its tag.

    A registry whose cases are the sections themselves is such a mapping.
    """

    cases: Mapping[str, type[Section]]

    @abstractmethod
    def case_of(self, value: Any) -> str | None:
        """The case whose tag a value has; None where it has none or an unknown one."""

    @abstractmethod
    def fault(self, value: Any) -> ValueError:
        """What is wrong with a value that is of no case."""

    @abstractmethod
    def json_schema(self, choices: dict[str, CoreSchema], handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The JSON Schema of any of the cases."""

    def spelled_out(self, value: Any) -> Any:
        """A section that is given in short, as keys and values; anything else as it is."""
        return value

    def told(self, section: Section) -> Any:
        """A section as JSON-able values: every default filled in, what is unset left out."""
        return section.model_dump(mode="json", by_alias=True, exclude_none=True)

    def unknown_key(self, key: str, case: str) -> str | None:
        """What is wrong with a key that a case does not have, where that is more than a slip."""
        return None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        told = core_schema.plain_serializer_function_ser_schema(self.told, when_used="json")
        return core_schema.no_info_plain_validator_function(self._checked, serialization=told)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return self.json_schema({name: model.__pydantic_core_schema__ for name, model in self.cases.items()}, handler)

    def _checked(self, value: Any) -> Section:
        if isinstance(value, Section) and type(value) in self.cases.values():
            return value
        case = self.case_of(value)
        if case is None:
            raise self.fault(value)
        return self.cases[case].model_validate(self.spelled_out(value))


@dataclass(frozen=True, eq=False)
class NamedSection(RegisteredSection):
    """One of ``cases`` by the value of ``key``: ``{key: CASE, ...}``, or the name of the case alone.

    With ``in_short`` a section of nothing but defaults is told by its name alone too. Messages call a case ``called``,
    or as the key where that is what it is.
    """

    key: str
    in_short: bool = False
    called: str = ""

    def case_of(self, value: Any) -> str | None:
        value = self.spelled_out(value)
        name = value.get(self.key) if isinstance(value, dict) else None
        return name if isinstance(name, str) and name in self.cases else None

    def fault(self, value: Any) -> ValueError:
        value, key, valid = self.spelled_out(value), self.key, ", ".join(self.cases)
        what = self.called or key
        if not isinstance(value, dict):
            expected = f"a {what} is a name, or keys and values with {key}: NAME; valid names: {valid}"
            return ValueError(f"expected keys and values, found {found(value)}; {expected}")
        if key in value and not isinstance(value[key], str):
            return FaultBelowError((key,), f"expected text, found {found(value[key])}; valid: {valid}")
        if key in value:
            return UnknownNameError(unknown_name(what, value[key], self.cases))
        near = next((k for k in value if difflib.get_close_matches(str(k), [key])), None)
        if near is not None:
            return FaultBelowError((near,), unknown_name("key", near, [key]))
        return ValueError(f"expected the key {key}, found {found(value)}; valid {what}s: {valid}")

    def json_schema(self, choices: dict[str, CoreSchema], handler: GetJsonSchemaHandler) -> dict[str, Any]:
        alone = [n for n, model in self.cases.items() if not any(f.is_required() for f in model.model_fields.values())]
        whole = handler(core_schema.tagged_union_schema(choices, discriminator=self.key))
        return {"anyOf": [{"enum": alone}, {**whole, "required": [self.key]}]}

    def spelled_out(self, value: Any) -> Any:
        return {self.key: value} if isinstance(value, str) else value

    def told(self, section: Section) -> str | dict[str, Any]:
        """A section as JSON-able values: every default filled in, what is unset left out."""
        if self.in_short and all(getattr(section, n) == f.default for n, f in type(section).model_fields.items()):
            return str(getattr(section, self.key))
        told: dict[str, Any] = super().told(section)
        return told


@dataclass(frozen=True, eq=False)
class KeyedSection(RegisteredSection):
    """One of ``cases`` by the key that no other has: ``{CASE: ..., ...}``."""

    def case_of(self, value: Any) -> str | None:
        return next((case for case in self.cases if case in value), None) if isinstance(value, dict) else None

    def fault(self, value: Any) -> ValueError:
        expected = f"expected one of the keys {', '.join(self.cases)}"
        if not isinstance(value, dict):
            short = isinstance(value, str) and len(value) <= LONGEST
            written = f"; write {{{next(iter(self.cases))}: {value}}}" if short else ""
            return ValueError(f"{expected}, found {found(value)}{written}")
        near = next((k for k in value if difflib.get_close_matches(str(k), self.cases)), None)
        if near is not None:
            return FaultBelowError((near,), unknown_name("key", near, self.cases))
        return ValueError(f"{expected}, found {found(value)}")

    def json_schema(self, choices: dict[str, CoreSchema], handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(core_schema.tagged_union_schema(choices, discriminator=self.case_of))

    def unknown_key(self, key: str, case: str) -> str | None:
        return f"expected only one of {', '.join(self.cases)}, found {case} and {key}" if key in self.cases else None


def union_of(field: FieldInfo) -> RegisteredSection | None:
    """The sections that a field is one of, if it is, or that a list is of."""
    return next((mark for mark in marks_of(field) if isinstance(mark, RegisteredSection)), None)


def spelled_out(value: Any, model: type[Section]) -> Any:
    """The values of a section as they are, but for sections in it that are given in short, by a name or by true."""
    if not isinstance(value, dict):
        return value
    changed = {}
    for name in value.keys() & model.model_fields.keys():
        field, inside = model.model_fields[name], value[name]
        union, plain = union_of(field), section_of(field)
        if union is not None and isinstance(inside, list | tuple):
            changed[name] = [union.spelled_out(entry) for entry in inside]
        elif union is not None:
            changed[name] = union.spelled_out(inside)
        elif plain is not None:
            flagged = isinstance(inside, bool) and any(isinstance(mark, OrFlag) for mark in marks_of(field))
            changed[name] = by_flag(inside) if flagged else spelled_out(inside, plain)
    return {**value, **changed}
