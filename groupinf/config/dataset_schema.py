"""The section ``dataset``: a name of the registry, or a user's own arrays, table or libsvm file."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from groupinf.config.named_file import DataPath, FilePath
from groupinf.config.registered import KeyedSection
from groupinf.config.section import Section

Task = Literal["classification", "regression"]

TEST_FRACTION = 0.2

# Keys that name a file. Those of MAIN_FILES say what kind of data it is; the others go with one of them.
MAIN_FILES = ("npz", "csv", "parquet", "libsvm")
MORE_FILES = ("test_file", "X_train", "X_test")


def _only_one_split(value: Any, info: ValidationInfo) -> Any:
    """A key that says which rows are test rows: refused beside an earlier one."""
    given = [key for key in ("split", "test_file") if info.data.get(key) is not None]
    if value is not None and given:
        raise ValueError(f"expected only one of split, test_file and test_fraction, found it beside {given[0]}")
    return value


def _fraction_where_needed(value: float | None, info: ValidationInfo) -> float | None:
    if value is None and info.data.get("split") is None and info.data.get("test_file") is None:
        return TEST_FRACTION
    return value


TestFile = Annotated[FilePath | None, AfterValidator(_only_one_split)]
TestFraction = Annotated[
    Annotated[float, Field(gt=0, lt=1)] | None,
    Field(validate_default=True),
    AfterValidator(_only_one_split),
    AfterValidator(_fraction_where_needed),
]

# Spelled out or left out, a default is the same configuration: both are None.
Standardise = Annotated[bool | None, AfterValidator(lambda value: value or None)]
Missing = Annotated[
    Literal["refuse", "impute"] | None, AfterValidator(lambda value: None if value == "refuse" else value)
]


def _marker(value: Any) -> Any:
    """A number that stands for a missing value, as a file writes it; what YAML reads otherwise goes in quotes."""
    if value is None:
        raise ValueError("expected text or a number, found nothing; the text null stands in quotes: 'null'")
    if isinstance(value, dict):
        raise ValueError("expected text or a number, found a section; a question mark stands in quotes: '?'")
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


# Lists that say how columns are read: left out or empty, nothing is said.
ColumnList = Annotated[tuple[str, ...] | None, Field(strict=False), AfterValidator(lambda value: value or None)]
Markers = Annotated[
    tuple[Annotated[str, BeforeValidator(_marker), WithJsonSchema({"type": ["string", "number"]})], ...] | None,
    Field(strict=False),
    AfterValidator(lambda value: value or None),
]

# What a csv file leaves a value out by, in any case of letters. "None" is not among them: in real tables it is a
# category ("not measured", "no claim") as often as not.
MISSING = ("", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null")


def _usual_ones(value: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Markers that a file's owner takes for values; an empty text cannot be told from a value left out."""
    other = next((v for v in value or () if v.strip().lower() not in MISSING[1:]), None)
    if other is not None:
        usual = ", ".join(MISSING[1:])
        raise ValueError(f"expected some of {usual}, which stand for missing values, found {other!r}")
    return value


def _separator(value: str) -> str | None:
    if len(value) != 1 or value.isalnum() or value in '"\r\n':
        raise ValueError(
            f"expected one character that separates columns, such as ';' or a tab (\"\\t\"), found {value!r}"
        )
    return None if value == "," else value


def _only_where_drawn(value: bool | None, info: ValidationInfo) -> bool | None:
    """The key ``stratify``: false is the default, and true says how test rows of classes are drawn."""
    if value and "test_fraction" in info.data and info.data["test_fraction"] is None:
        raise ValueError("expected stratify only where test rows are drawn, by test_fraction")
    if value and info.data.get("task") == "regression":
        raise ValueError("expected stratify only with classes, found task: regression")
    return value or None


Stratify = Annotated[bool | None, AfterValidator(_only_where_drawn)]


class NamedDataset(Section):
    """A dataset of the registry."""

    name: str


class NpzDataset(Section):
    """A user's .npz: X_train, y_train, X_test, y_test, optional sample_weight_train and feature_names.

    With the keys X_train and X_test the features come from files of their own, written by scipy.sparse.save_npz.
    """

    npz: DataPath
    X_train: FilePath | None = None
    X_test: FilePath | None = None
    task: Task = "classification"
    standardise: Standardise = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.X_train is None) != (self.X_test is None):
            found = "X_test" if self.X_train is None else "X_train"
            raise ValueError(f"expected files for both X_train and X_test or for neither, found only {found}")
        return self


class _Table(Section):
    """One row per point. The test rows: named by a column, in a file of their own, or drawn at random (seeded)."""

    target: str
    split: str | None = None
    test_file: TestFile = None
    test_fraction: TestFraction = None
    drop: Annotated[tuple[str, ...], Field(strict=False)] = ()
    task: Task = "classification"
    weight: str | None = None
    missing: Missing = None
    standardise: Standardise = None
    categorical: ColumnList = None
    numeric: ColumnList = None
    missing_values: Markers = None
    row_key: str | None = None
    stratify: Stratify = None

    @model_validator(mode="after")
    def _one_kind_each(self) -> Self:
        both = sorted({*(self.categorical or ())} & {*(self.numeric or ())})
        if both:
            raise ValueError(f"expected each column under categorical or numeric, found {both[0]!r} under both")
        return self


class _Csv(Section):
    csv: DataPath


class _Text(Section):
    """How a text file writes what a Parquet file states."""

    not_missing: Annotated[Markers, AfterValidator(_usual_ones)] = None
    separator: Annotated[str | None, AfterValidator(lambda value: value and _separator(value))] = None
    decimal: Annotated[Literal[".", ","] | None, AfterValidator(lambda value: None if value == "." else value)] = None


class _Parquet(Section):
    parquet: DataPath


class CsvDataset(_Text, _Table, _Csv):  # in this order the key that names the file is the first field
    """A user's table as comma-separated text with a header line."""


class ParquetDataset(_Table, _Parquet):
    """A user's table as a Parquet file."""


class LibsvmDataset(Section):
    """A user's file in the libsvm format, sparse."""

    libsvm: DataPath
    test_file: TestFile = None
    test_fraction: TestFraction = None
    task: Task = "classification"
    standardise: Standardise = None
    stratify: Stratify = None


TableDataset = CsvDataset | ParquetDataset

DATASETS: dict[str, type[Section]] = {
    "name": NamedDataset,
    "npz": NpzDataset,
    "csv": CsvDataset,
    "parquet": ParquetDataset,
    "libsvm": LibsvmDataset,
}


DatasetConfig = Annotated[
    NamedDataset | NpzDataset | CsvDataset | ParquetDataset | LibsvmDataset, KeyedSection(DATASETS)
]
