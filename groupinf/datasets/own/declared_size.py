"""How much memory a file's numbers take at least, read off its header before anything of it is unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from groupinf.config.dataset_schema import (
    CsvDataset,
    DatasetConfig,
    LibsvmDataset,
    NamedDataset,
    NpzDataset,
    ParquetDataset,
)
from groupinf.datasets.files.npz_archive import UNREADABLE, stated_numbers
from groupinf.datasets.own.table.parquet_table import pandas_columns

# bytes of a number as it is computed with
FLOAT64 = 8
# the arrays that become features: those of an .npz of data, and that of a file of scipy.sparse.save_npz
FEATURES = ("X_train", "X_test", "X_train_data", "X_test_data")
SPARSE_FEATURES = ("data",)


def declared_bytes(config: DatasetConfig, base: Path) -> int:
    """Bytes that data take at least; 0 where no header tells, or the file cannot be read, which its reader says.

    Features as float64: of an .npz what its arrays state, where the archive says that it holds so many bytes; of a
    table in Parquet rows times columns of numbers. A csv is held as text first. Of libsvm nothing is known: an entry
    may be longer as text than in memory.
    """
    match config:
        case NpzDataset():
            (path,), files = _files(base, config.npz), _files(base, config.X_train, config.X_test)
            return _of_npz(path, FEATURES) + sum(_of_npz(file, SPARSE_FEATURES) for file in files)
        case ParquetDataset():
            return FLOAT64 * _numbers_of_parquet(config, base)
        case CsvDataset():
            return sum(map(_size, _files(base, config.csv, config.test_file)))
        case NamedDataset() | LibsvmDataset():
            return 0


def _files(base: Path, *names: str | None) -> list[Path]:
    return [base / Path(name).expanduser() for name in names if name is not None]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _of_npz(path: Path, arrays: Sequence[str]) -> int:
    members = [f"{name}.npy" for name in arrays]
    try:
        with zipfile.ZipFile(path) as archive:
            return FLOAT64 * sum(stated_numbers(archive, name) for name in archive.namelist() if name in members)
    except UNREADABLE:
        return 0


def _numbers_of_parquet(config: ParquetDataset, base: Path) -> int:
    """Rows of both files times the columns that are features as they stand, as each of these is one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    others = {config.target, config.split, config.weight, config.row_key, *config.drop, *(config.categorical or ())}
    try:
        schema = pq.read_schema(_files(base, config.parquet)[0])
        others |= pandas_columns(schema)[0]
        rows = sum(pq.read_metadata(path).num_rows for path in _files(base, config.parquet, config.test_file))
    except (pa.ArrowException, OSError, ValueError):
        return 0
    numbers = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
    return int(rows) * sum(field.name not in others and any(is_(field.type) for is_ in numbers) for field in schema)
