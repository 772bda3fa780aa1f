"""Keys that the section ``dataset`` has whatever kind of data it is of: which rows there are, and their scales."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from groupinf.config.labels import Label
from groupinf.config.section import NonNegativeInt, PositiveInt, Section, distinct
from groupinf.wording import listed


class Subset(Section):
    """So many training rows, drawn without replacement; the seed is the draw's own."""

    rows: PositiveInt
    seed: NonNegativeInt = 0


class Condition(Section):
    """What a row that is left out has: a value in a column, or a label."""

    column: str | None = None
    equals: Label | None = None
    label: Label | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        given = [key for key in ("column", "equals", "label") if getattr(self, key) is not None]
        if given not in (["column", "equals"], ["label"]):
            expected = "expected {column: NAME, equals: VALUE} or {label: VALUE}"
            raise ValueError(f"{expected}, found {listed(given) or 'neither'}")
        return self


def _beside_exclude(value: int | None, info: ValidationInfo) -> int | None:
    """The key ``keep``: 0 is the default, and a number says how many of the excluded rows stay."""
    if value and "exclude" in info.data and info.data["exclude"] is None:
        raise ValueError("expected exclude beside keep, found keep without it")
    return value or None


def _one_each(value: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    return None if value is None else distinct(value)


# Spelled out or left out, a default is the same configuration: both are None.
Scaled = Annotated[bool | None, AfterValidator(lambda value: value or None)]


class RowChoice(Section):
    """What is done to any dataset once it is loaded. The options of every kind of data have these keys."""

    test_rows: Annotated[
        Annotated[tuple[NonNegativeInt, ...], Field(strict=False, min_length=1)] | None, AfterValidator(_one_each)
    ] = None
    classes: Annotated[
        Annotated[tuple[Label, ...], Field(strict=False, min_length=2)] | None, AfterValidator(_one_each)
    ] = None
    exclude: Annotated[tuple[Condition, ...], Field(strict=False, min_length=1)] | None = None
    keep: Annotated[NonNegativeInt | None, AfterValidator(_beside_exclude)] = None
    first_rows: PositiveInt | None = None
    first_test_rows: PositiveInt | None = None
    subset: Subset | None = None
    standardise_target: Scaled = None
    standardise: Scaled = None
