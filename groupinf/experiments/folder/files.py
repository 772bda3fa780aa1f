"""Files that are either whole or not there, and that say so themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from groupinf.atomic import disk_is_full, replacement
from groupinf.errors import DataError, RunError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow.parquet as pq

# rows of a row group: what pyarrow writes of a table that is whole
ROW_GROUP = 1 << 20


def write_atomically(path: Path, content: bytes | TableInParts) -> str:
    """Write to a temporary name in the same folder, fsync, rename; the SHA-256, taken while writing.

    Raises RunError where the disk refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacement(path) as file:
            if isinstance(content, bytes):
                file.write(content)
                return sha256(content)
            hashed = _Hashed(file)
            write_parquet(cast("IO[bytes]", hashed), content)
            return hashed.digest.hexdigest()
    except OSError as error:
        raise not_written(path, error) from error


class _Hashed(RawIOBase):
    """A stream that goes on to another, and the SHA-256 of what went."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self.digest = hashlib.sha256()
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        content = bytes(data)
        self.digest.update(content)
        return self._stream.write(content)


def not_written(path: Path, error: OSError) -> RunError:
    """What to say of a file that could not be written."""
    if disk_is_full(error):
        return RunError(
            f"{path}: could not be written, as the disk is full ({error.strerror}); what was written before is kept: "
            "make room, and the same command again goes on from there"
        )
    return RunError(f"{path}: could not be written ({error.strerror}); what was written before is kept")


def sha256(content: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(content).hexdigest()


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """Indented JSON with a final newline; raises RunError where a number is infinite or NaN."""
    try:
        return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    except ValueError as error:
        raise RunError(
            "a result is infinite or not a number, as where losses overflow; features on a smaller scale "
            "(standardise: true for own data) or a larger lambda_over_n may help"
        ) from error


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; raises DataError where it is missing or not JSON."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; expected a run folder made by groupinf") from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path}: not readable as JSON ({error}); the same groupinf sweep command makes it again"
        ) from None
    if not isinstance(value, dict):
        raise DataError(f"{path}: expected a JSON object; the same groupinf sweep command makes it again")
    return value


def npz_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """An .npz archive; the same arrays give the same bytes."""
    buffer = BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def npz_arrays(content: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz archive."""
    with np.load(BytesIO(content), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


@dataclass(frozen=True)
class TableInParts:
    """A table, at least one part, that is written without ever being whole in memory.

    Parts of ROW_GROUP rows, the last one of what is left, give the bytes that the whole table gives.
    """

    parts: Iterable[pd.DataFrame]


def row_groups(rows: int) -> Iterator[range]:
    """The rows of each part of a table of so many rows; a table without rows has one part."""
    for start in range(0, max(rows, 1), ROW_GROUP):
        yield range(start, min(start + ROW_GROUP, rows))


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """A Parquet file; the same table gives the same bytes with the same version of pyarrow."""
    buffer = BytesIO()
    write_parquet(buffer, TableInParts((table,)))
    return buffer.getvalue()


def write_parquet(stream: IO[bytes], table: TableInParts) -> None:
    """Write a Parquet file, each part as one row group or, of more than ROW_GROUP rows, several."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer: pq.ParquetWriter | None = None
    for part in table.parts:
        arrow = pa.Table.from_pandas(part, preserve_index=False, nthreads=1)
        writer = writer or pq.ParquetWriter(stream, arrow.schema)
        writer.write_table(arrow)
    if writer is None:
        raise RunError("a table in parts: expected at least one part, found none")
    writer.close()


def parquet_table(content: bytes) -> pd.DataFrame:
    """The table of a Parquet file, read without threads, whose stacks take memory."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(BytesIO(content), pre_buffer=False) as file:
        table: pd.DataFrame = file.read(use_threads=False).to_pandas(use_threads=False)
    return table


def parquet_parts(path: Path, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Columns of a Parquet file, a row group at a time; text is in categories, which take a hundredth of the memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, pre_buffer=False) as file:
        schema = file.schema_arrow
        texts = [name for name in columns if pa.types.is_large_string(t := schema.field(name).type) or t == pa.string()]
    with pq.ParquetFile(path, pre_buffer=False, read_dictionary=texts) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number, columns=list(columns), use_threads=False).to_pandas(use_threads=False)


def hash_of_file(path: Path) -> str | None:
    """SHA-256 of a file, which is read by and by; None where it is missing."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def verified(path: Path, expected: str) -> bytes | None:
    """Content of a file whose SHA-256 is ``expected``; None where it is missing or differs."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content if sha256(content) == expected else None
