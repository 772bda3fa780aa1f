"""Data frames in memory as the Parquet files that a section ``dataset`` names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from groupinf.atomic import replacement
from groupinf.config.overrides import Override
from groupinf.errors import DataError, RunError

# the folder that files lie in, and what of their hash is in their names
FOLDER, DIGITS = "data", 16
TRAIN, TEST = "train", "test"
KEYS = {TRAIN: "parquet", TEST: "test_file"}
# how messages call what names the files
GIVEN = "data"


def frames_as_files(data: Any, out: Path) -> list[Override]:
    """Write a frame, or those of training and of test rows, into ``out``/data; what names the files in ``dataset``.

    A file is called by what is in its frame, columns with their types, rows and index: of equal frames there is one
    file, which is written once. Raises DataError where a frame cannot be written, and RunError where the disk refuses.
    """
    frames = _frames(data)
    return [_override(KEYS[part], _written(frame, part, out / FOLDER)) for part, frame in frames.items()]


def _frames(data: Any) -> Mapping[str, pd.DataFrame]:
    frames = {TRAIN: data} if isinstance(data, pd.DataFrame) else data
    expected = f"{GIVEN}: expected a data frame, or a mapping with {TRAIN} and perhaps {TEST} to one each"
    if not isinstance(frames, Mapping) or TRAIN not in frames or not frames.keys() <= KEYS.keys():
        raise DataError(f"{expected}, found {_shown(data)}")
    for part, frame in frames.items():
        if not isinstance(frame, pd.DataFrame):
            raise DataError(f"{expected}, found {_shown(frame)} for {part}")
        if not frame.columns.is_unique:
            twice = frame.columns[frame.columns.duplicated()][0]
            raise DataError(f"{GIVEN}: expected each column once, found {str(twice)!r} more often")
    return frames


def _shown(value: Any) -> str:
    return (
        f"a mapping with the keys {', '.join(map(str, value))}" if isinstance(value, Mapping) else type(value).__name__
    )


def _override(key: str, path: Path) -> Override:
    return Override(("dataset", key), str(path), f"dataset.{key}={path}", option=f"{GIVEN}, which is dataset.{key}")


def _written(frame: pd.DataFrame, part: str, folder: Path) -> Path:
    frame = frame.rename(columns=str)
    path = folder.absolute() / f"frame-{_content_hash(frame, part)}.parquet"
    if path.is_file():
        return path
    buffer = BytesIO()
    try:
        frame.to_parquet(buffer)
    except (pa.ArrowException, ValueError, TypeError) as error:
        where = _culprit(frame, lambda column: column.to_parquet(BytesIO()))
        said = str(error.args[0] if error.args else error)
        raise DataError(f"{GIVEN}: the frame of {part} rows cannot be written as a table{where}: {said}") from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacement(path) as file:
            file.write(buffer.getvalue())
    except OSError as error:
        raise RunError(f"{path}: cannot be written: {error.strerror or error}") from error
    return path


def _content_hash(frame: pd.DataFrame, part: str) -> str:
    """Of columns, types, index and values, whatever versions write them."""
    digest = hashlib.sha256()
    for name, kind in frame.dtypes.items():
        categories = list(kind.categories) if isinstance(kind, pd.CategoricalDtype) else []
        digest.update(repr((name, str(kind), categories)).encode())
    digest.update(repr(list(frame.index.names)).encode())
    try:
        digest.update(pd.util.hash_pandas_object(frame, index=True).to_numpy().tobytes())
    except TypeError as error:
        where = _culprit(frame, pd.util.hash_pandas_object)
        raise DataError(
            f"{GIVEN}: the frame of {part} rows holds what is neither text nor number{where}: {error}"
        ) from error
    return digest.hexdigest()[:DIGITS]


def _culprit(frame: pd.DataFrame, work: Callable[[pd.DataFrame], object]) -> str:
    """The first column that cannot be worked with by itself, for a sentence; empty where each can."""
    for name in frame.columns:
        try:
            work(frame[[name]])
        except (pa.ArrowException, ValueError, TypeError):
            return f", in the column {str(name)!r}"
    return ""
