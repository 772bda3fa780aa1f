"""A user's own table as comma-separated text with a header line."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from groupinf.config.dataset_schema import MISSING, CsvDataset
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.kind import DatasetKind
from groupinf.datasets.own.table.load_table import load_table, stated_roles
from groupinf.datasets.own.table.reading import reading_of
from groupinf.datasets.own.table.text_table import read_table


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
    files=("csv", "test_file"),
    load=load_csv,
    declared_bytes=_declared_bytes,
    identity=stated_roles,
)
