"""A user's own table as comma-separated text with a header line."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from groupinf.config.named_file import DataPath
from groupinf.config.section import Section
from groupinf.datasets.choice.options import RowChoice
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.kind import DatasetKind
from groupinf.datasets.own.table.load_table import load_table, stated_by_file
from groupinf.datasets.own.table.options import Markers, TableOptions
from groupinf.datasets.own.table.reading import MISSING, reading_of
from groupinf.datasets.own.table.text_table import read_table


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


class _Csv(Section):
    csv: DataPath


class _Text(Section):
    """How a text file writes what a Parquet file states."""

    not_missing: Annotated[Markers, AfterValidator(_usual_ones)] = None
    separator: Annotated[str | None, AfterValidator(lambda value: value and _separator(value))] = None
    decimal: Annotated[Literal[".", ","] | None, AfterValidator(lambda value: None if value == "." else value)] = None


class CsvDataset(RowChoice, _Text, TableOptions, _Csv):  # in this order the key that names the file is the first field
    """A user's table as comma-separated text with a header line."""

    @model_validator(mode="after")
    def _missing_or_not(self) -> Self:
        kept = {text.strip().lower() for text in self.not_missing or ()}
        both = [text for text in self.missing_values or () if text.strip().lower() in kept]
        if both:
            raise ValueError(f"expected each text under missing_values or not_missing, found {both[0]!r} under both")
        return self


def load_csv(config: CsvDataset, files: Sequence[Path], seed: int) -> Dataset:
    """Return the dataset of the table, as ``load_table`` does.

    A column is one of numbers where every value of it is a number, unless the configuration says otherwise.
    """
    reading = replace(
        reading_of(config),
        usual=frozenset(MISSING) - {text.strip().lower() for text in config.not_missing or ()},
        separator=config.separator or ",",
        decimal=config.decimal or ".",
    )
    return load_table(config, files, seed, partial(read_table, reading=reading))


def _declared_bytes(config: CsvDataset, files: Sequence[Path]) -> int:
    """The size of the files: a table is held as text first."""
    size = 0
    for path in files:
        with contextlib.suppress(OSError):
            size += path.stat().st_size
    return size


CSV = DatasetKind(
    name="csv",
    options=CsvDataset,
    load=load_csv,
    declared_bytes=_declared_bytes,
    identity=stated_by_file,
)
