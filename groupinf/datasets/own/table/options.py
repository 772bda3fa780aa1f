"""Keys of the section ``dataset`` that tables share, whatever their format."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from groupinf.config.section import Section
from groupinf.config.words import found, in_quotes
from groupinf.datasets.dataset import Task
from groupinf.datasets.own.options import Stratify, TestFile, TestFraction
from groupinf.datasets.row_kinds.registry import RowsAre

Missing = Annotated[
    Literal["refuse", "impute"] | None, AfterValidator(lambda value: None if value == "refuse" else value)
]


def _marker(value: Any) -> str:
    """A number that stands for a missing value, as a file writes it; what YAML reads otherwise goes in quotes."""
    if value is None:
        raise ValueError("expected text or a number, found nothing; the text null stands in quotes: 'null'")
    if isinstance(value, dict):
        raise ValueError("expected text or a number, found a section; a question mark stands in quotes: '?'")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"expected text or a number, found {found(value)}{in_quotes(value)}")
    return str(value)


# Lists that say how columns are read: left out or empty, nothing is said.
ColumnList = Annotated[tuple[str, ...] | None, Field(strict=False), AfterValidator(lambda value: value or None)]
Markers = Annotated[
    tuple[Annotated[str, BeforeValidator(_marker), WithJsonSchema({"type": ["string", "number"]})], ...] | None,
    Field(strict=False),
    AfterValidator(lambda value: value or None),
]


class TableOptions(Section):
    """One row per point. The test rows: named by a column, in a file of their own, or drawn at random (seeded)."""

    target: str
    split: str | None = None
    test_file: TestFile = None
    test_fraction: TestFraction = None
    drop: Annotated[tuple[str, ...], Field(strict=False)] = ()
    task: Task = "classification"
    weight: str | None = None
    missing: Missing = None
    categorical: ColumnList = None
    numeric: ColumnList = None
    missing_values: Markers = None
    row_key: str | None = None
    stratify: Stratify = None
    rows_are: RowsAre = None

    @model_validator(mode="after")
    def _one_kind_each(self) -> Self:
        both = sorted({*(self.categorical or ())} & {*(self.numeric or ())})
        if both:
            raise ValueError(f"expected each column under categorical or numeric, found {both[0]!r} under both")
        return self
