"""Files that are either whole or not there, and that say so themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from groupinf.atomic import disk_is_full, replacement
from groupinf.errors import DataError, RunError


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary name in the same folder, fsync, rename; raises RunError where the disk refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacement(path) as file:
            file.write(content)
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


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """A Parquet file; the same table gives the same bytes with the same version of pyarrow."""
    buffer = BytesIO()
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False, nthreads=1), buffer)
    return buffer.getvalue()


def parquet_table(content: bytes) -> pd.DataFrame:
    """The table of a Parquet file, read without threads, whose stacks take memory."""
    with pq.ParquetFile(BytesIO(content), pre_buffer=False) as file:
        table: pd.DataFrame = file.read(use_threads=False).to_pandas(use_threads=False)
    return table


def verified(path: Path, expected: str) -> bytes | None:
    """Content of a file whose SHA-256 is ``expected``; None where it is missing or differs."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content if sha256(content) == expected else None
