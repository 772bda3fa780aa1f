"""A user's own table as a Parquet file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from groupinf.config.named_file import DataPath
from groupinf.config.section import Section
from groupinf.datasets.choice.options import RowChoice
from groupinf.datasets.dataset import Dataset
from groupinf.datasets.kind import DatasetKind
from groupinf.datasets.own.table.load_table import load_table, stated_by_file
from groupinf.datasets.own.table.options import TableOptions
from groupinf.datasets.own.table.parquet_periods import frequency
from groupinf.datasets.own.table.parquet_table import pandas_columns, read_parquet
from groupinf.datasets.own.table.reading import reading_of
from groupinf.datasets.rows.features import FLOAT64_BYTES


class _Parquet(Section):
    parquet: DataPath


class ParquetDataset(RowChoice, TableOptions, _Parquet):
    """A user's table as a Parquet file."""


def load_parquet(config: ParquetDataset, files: Sequence[Path], seed: int) -> Dataset:
    """Return the dataset of the table, as ``load_table`` does.

    A column is what the file states, unless the configuration says otherwise.
    """
    return load_table(config, files, seed, partial(read_parquet, reading=reading_of(config)))


def _declared_bytes(config: ParquetDataset, files: Sequence[Path]) -> int:
    """Rows of all files times the columns of numbers that are features as they stand, as float64."""
    others = {config.target, config.split, config.weight, config.row_key, *config.drop, *(config.categorical or ())}
    try:
        schema = pq.read_schema(files[0])
        others |= pandas_columns(schema)[0] | {field.name for field in schema if frequency(field)}
        rows = sum(pq.read_metadata(path).num_rows for path in files)
    except (pa.ArrowException, OSError, ValueError):
        return 0
    numbers = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
    features = sum(field.name not in others and any(is_(field.type) for is_ in numbers) for field in schema)
    return FLOAT64_BYTES * int(rows) * features


PARQUET = DatasetKind(
    name="parquet",
    options=ParquetDataset,
    load=load_parquet,
    declared_bytes=_declared_bytes,
    identity=stated_by_file,
)
