"""The section ``points`` of a configuration: which training rows are told one by one, and how much of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    WithJsonSchema,
    model_validator,
)

from groupinf.config.section import (
    NonNegativeInt,
    OrFlag,
    PositiveInt,
    Problem,
    Section,
    by_flag,
    distinct,
    exclusive,
)
from groupinf.config.words import found, in_quotes

if TYPE_CHECKING:
    from groupinf.datasets.dataset import Dataset


ALL = "all"
# of points.parquet, and of perturbation.parquet: a row takes some 200 bytes of memory where it is read
MOST_ROWS = 5_000_000

RowNumbers = Annotated[tuple[NonNegativeInt, ...], Field(strict=False, min_length=1), AfterValidator(distinct)]


def _all_or_numbers(value: Any) -> Any:
    """``all`` is what is meant where the key is left out."""
    if value is None or isinstance(value, list | tuple):
        return value
    if value == ALL:
        return None
    raise ValueError(f"expected {ALL} or a list of row numbers, found {found(value)}{in_quotes(value)}")


class PerturbationConfig(Section):
    """The training rows of which is told what moving each feature does: some, or those of largest |influence|."""

    rows: RowNumbers | None = None
    strongest: PositiveInt | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [key for key in ("rows", "strongest") if getattr(self, key) is not None]
        if len(given) != 1:
            expected = "expected one of rows: [NUMBERS] and strongest: NUMBER"
            raise exclusive(f"{expected}; found {'both' if given else 'neither'}")
        return self


class PointsConfig(Section):
    """Which training rows, how many of each end are shown as they are, and of which the perturbation is told."""

    rows: Annotated[
        RowNumbers | None,
        BeforeValidator(_all_or_numbers),
        WithJsonSchema({"anyOf": [{"const": ALL}, {"type": "array", "items": {"type": "integer", "minimum": 0}}]}),
    ] = None
    show: PositiveInt = 10
    perturbation: PerturbationConfig | None = None

    def problems(self, dataset: Dataset, values: int) -> Iterator[Problem]:
        """Rows that the data have not, a perturbation that is not one of the data's features, and tables of more rows
        than are made, with so many ``values`` of evaluations.
        """
        beyond = next((row for row in self.rows or () if row >= dataset.n), None)
        count = dataset.n if self.rows is None else len(self.rows)
        if beyond is not None:
            yield Problem("rows", _out_of(dataset, beyond))
        elif count * values > MOST_ROWS:
            asked = f"{count:,} training rows and {values:,} values, {count * values:,} rows"
            expected = f"expected a table of at most {MOST_ROWS:,} rows"
            yield Problem("rows", f"{expected}, found {asked}; name some rows, or fewer test_points")
        if self.perturbation is not None:
            told = [row for row in self.perturbation.rows or () if row not in (self.rows or ())]
            beyond = next((row for row in told if row >= dataset.n), None)
            yield from _of_perturbation(self.perturbation, dataset, count, values, beyond)


def _of_perturbation(
    moved: PerturbationConfig, dataset: Dataset, count: int, values: int, beyond: int | None
) -> Iterator[Problem]:
    rows = len(moved.rows) if moved.rows is not None else min(count, (moved.strongest or 0) * values)
    if dataset.made_by_kernel:
        expected = "expected a model of the features of the data, found a kernel, through which a row enters"
        yield Problem("perturbation", f"{expected}; leave perturbation out")
    elif beyond is not None:
        yield Problem("perturbation", _out_of(dataset, beyond))
    elif rows * values * dataset.d > MOST_ROWS:
        asked = f"{rows:,} training rows, {values:,} values and {dataset.d:,} features"
        yield Problem("perturbation", f"expected a table of at most {MOST_ROWS:,} rows, found {asked}; ask for fewer")


def _out_of(dataset: Dataset, row: int) -> str:
    return f"expected training rows 0 to {dataset.n - 1:,}, found {row:,}"


def _spelled_out(value: Any) -> Any:
    """``true`` is the section with its defaults, ``false`` none."""
    if value is None or isinstance(value, bool | dict | PointsConfig):
        return by_flag(value)
    raise ValueError(f"expected true, false, or keys and values, found {found(value)}{in_quotes(value)}")


Points = Annotated[PointsConfig | None, BeforeValidator(_spelled_out), OrFlag()]
