"""What the sections of a configuration share: frozen, strict, no unknown keys; numbers with bounds, lists, ranges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Annotated, Any, NamedTuple, Self, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError

# The type of an error that says: these keys exclude each other.
ALTERNATIVES = "alternatives"

PositiveInt = Annotated[int, Field(ge=1)]
NonNegativeInt = Annotated[int, Field(ge=0)]
PositiveFloat = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1)]
Percent = Annotated[float, Field(ge=0, le=100)]

_Entry = TypeVar("_Entry", bound=Hashable)


class Section(BaseModel):
    """A section whose keys are the fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Problem(NamedTuple):
    """The key of a section that must change, and why, in words."""

    key: str
    message: str


class StudyConfig(Section):
    """What the configuration of every study has: a name, which opens its folder's, and the seed of all that is random.

    A kind of study adds its own sections.
    """

    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(lambda name: _one_line(name))]
    seed: NonNegativeInt = 0


class Range(Section):
    """From ``min`` to ``max``."""

    min: PositiveFloat
    max: PositiveFloat

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"expected min <= max, found min {self.min:g} and max {self.max:g}")
        return self


class OrFlag:
    """Of a section without required keys that may be given as true, with its defaults, or as false, which is none."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "boolean"}, handler(schema)]}


def by_flag(value: Any) -> Any:
    """What ``true`` or ``false`` stands for in such a section; anything else as it is."""
    return value if not isinstance(value, bool) else {} if value else None


def distinct(values: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
    """The values, for a validator; raises ValueError where one is there twice."""
    twice = next((v for v, times in Counter(values).items() if times > 1), None)
    if twice is not None:
        raise ValueError(f"expected every entry once, found {twice} more than once")
    return values


def keys_of(model: type[Section]) -> list[str]:
    """The keys of a section, as configurations write them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def exclusive(message: str) -> PydanticCustomError:
    """The error, for a validator, of a section with keys that exclude each other."""
    return PydanticCustomError(ALTERNATIVES, "{message}", {"message": message})


def marks_of(field: FieldInfo) -> Iterator[object]:
    """What ``Annotated`` says of the type of a field, also inside of an option or a list."""
    yield from field.metadata
    yield from _marks_in(field.annotation)


def section_of(field: FieldInfo) -> type[Section] | None:
    """The section that a field is, if it is one, or that a list is of."""
    parts = _parts_of(field.annotation)
    return next((part for part in parts if isinstance(part, type) and issubclass(part, Section)), None)


def _parts_of(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts_of(part)


def _marks_in(annotation: Any) -> Iterator[object]:
    for part in get_args(annotation):
        yield from getattr(part, "__metadata__", ())
        yield from _marks_in(part)


def _one_line(name: str) -> str:
    if not name.isprintable() or not any(c.isalnum() for c in name):
        raise ValueError(f"expected a name on one line with a letter or digit in it, found {name!r}")
    return name
