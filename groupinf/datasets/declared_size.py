"""How much memory a file's numbers take at least, read off its header before anything of it is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from groupinf.config.dataset_schema import (
    CsvDataset,
    DatasetConfig,
    LibsvmDataset,
    NamedDataset,
    NpzDataset,
    ParquetDataset,
)
from groupinf.datasets.npz_archive import UNREADABLE, stated_numbers

# bytes of a number as it is computed with
FLOAT64 = 8
# the arrays of an .npz that become features
FEATURES = ("X_train.npy", "X_test.npy", "features.npy", "X_train_data.npy", "X_test_data.npy", "data.npy")


def declared_bytes(config: DatasetConfig, base: Path) -> int:
    """Bytes that features take as float64; 0 where no header tells, or the file cannot be read, which its reader says.

    Of an .npz what its arrays state, where the archive says that it holds so many bytes; of a table in Parquet rows
    times columns. Text states nothing: a number may take one letter.
    """
    match config:
        case NpzDataset():
            files = [name for name in (config.npz, config.X_train, config.X_test) if name is not None]
            return sum(_of_npz(base / Path(name).expanduser()) for name in files)
        case ParquetDataset():
            return _of_parquet(base / Path(config.parquet).expanduser())
        case NamedDataset() | CsvDataset() | LibsvmDataset():
            return 0


def _of_npz(path: Path) -> int:
    try:
        with zipfile.ZipFile(path) as archive:
            return FLOAT64 * sum(stated_numbers(archive, name) for name in archive.namelist() if name in FEATURES)
    except UNREADABLE:
        return 0


def _of_parquet(path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        about = pq.read_metadata(path)
    except (pa.ArrowException, OSError, ValueError):
        return 0
    return FLOAT64 * int(about.num_rows) * int(about.num_columns)
