"""Files that are either whole or not there, and that say so themselves."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from groupinf.atomic import disk_is_full, replacement
from groupinf.errors import DataError, RunError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow.parquet as pq

# rows of a row group: what pyarrow writes of a table that is whole
ROW_GROUP = 1 << 20


class InParts(Protocol):
    """What a file holds that is written without ever being whole in memory."""

    def write(self, stream: IO[bytes]) -> None:
        """Write it to a file in which one can go back."""


def write_atomically(path: Path, content: bytes | InParts) -> str:
    """Write to a temporary name in the same folder, fsync, rename; the SHA-256.

    Raises RunError where the disk refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacement(path) as file:
            if isinstance(content, bytes):
                file.write(content)
                return sha256(content)
            content.write(file)
            file.seek(0)
            return hashlib.file_digest(cast("BufferedReader", file), "sha256").hexdigest()
    except OSError as error:
        raise not_written(path, error) from error


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
class ArrayInParts:
    """An .npz archive of one array of float64, called ``name``, in ``parts`` that follow one another in memory.

    Its bytes are those of ``npz_bytes`` of the whole array.
    """

    name: str
    shape: tuple[int, ...]
    parts: Iterable[NDArray[np.float64]]

    def write(self, stream: IO[bytes]) -> None:
        """Write the archive."""
        header = {"descr": np.lib.format.dtype_to_descr(np.dtype(np.float64)), "fortran_order": False}
        with zipfile.ZipFile(stream, "w") as archive, archive.open(f"{self.name}.npy", "w", force_zip64=True) as file:
            np.lib.format.write_array_header_1_0(file, {**header, "shape": self.shape})
            for part in self.parts:
                file.write(part.tobytes())


@dataclass(frozen=True)
class TableInParts:
    """A table as a Parquet file, at least one part, each one row group or, of more than ROW_GROUP rows, several.

    Parts of ROW_GROUP rows, the last one of what is left, give the bytes that the whole table gives.
    """

    parts: Iterable[pd.DataFrame]

    def write(self, stream: IO[bytes]) -> None:
        """Write the file; raises RunError where there is no part."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        writer: pq.ParquetWriter | None = None
        for part in self.parts:
            arrow = pa.Table.from_pandas(part, preserve_index=False, nthreads=1)
            writer = writer or pq.ParquetWriter(stream, arrow.schema)
            writer.write_table(arrow)
        if writer is None:
            raise RunError("a table in parts: expected at least one part, found none")
        writer.close()


def row_groups(rows: int) -> Iterator[range]:
    """The rows of each part of a table of so many rows; a table without rows has one part."""
    for start in range(0, max(rows, 1), ROW_GROUP):
        yield range(start, min(start + ROW_GROUP, rows))


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """A Parquet file; the same table gives the same bytes with the same version of pyarrow."""
    buffer = BytesIO()
    TableInParts((table,)).write(buffer)
    return buffer.getvalue()


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
