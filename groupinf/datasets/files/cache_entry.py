"""A loaded dataset on disk: arrays in .npy files, all else as JSON, nothing pickled; what is read back is verified."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.atomic import replacement
from groupinf.datasets.dataset import Dataset

FORMAT = 1  # raised when entries are written in another way
MANIFEST = "manifest.jsonl"
TEMPORARY = ".part-"
MAPPED_FROM = 2**23  # bytes: a smaller array is read, a larger one mapped, so that all processes share one copy of it
PLAIN = (str, int, float, bool)
NUMBERS_AND_TEXT = "biufcUS"
CSR_PARTS = ("data", "indices", "indptr")

Array = NDArray[Any]
Save = Callable[[str, Array], dict[str, Any]]


class DamagedError(Exception):
    """An entry is not what was written."""


def write_entry(folder: Path, made_from: Mapping[str, Any], dataset: Dataset) -> None:
    """Write every field of a dataset, the manifest last; each file appears whole or not at all.

    The manifest is two lines: the sha256 of the second, as JSON text; the object {made_from, dataset}.
    Raises OSError where the disk refuses, and TypeError where a field holds what has no exact form here.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def save(name: str, array: Array) -> dict[str, Any]:
        return _save(folder / f"{name}.npy", array)

    stored = {field.name: _encoded(getattr(dataset, field.name), field.name, save) for field in fields(dataset)}
    line = json.dumps({"made_from": dict(made_from), "dataset": stored}).encode() + b"\n"
    _write(folder / MANIFEST, [_first_line(line), line])


def read_entry(folder: Path, made_from: Mapping[str, Any]) -> Dataset | None:
    """Return the dataset that was written with this ``made_from``; None where anything of it is missing or altered.

    Arrays of 8 MiB and more are read-only maps of their files.
    """
    try:
        content = _manifest(folder / MANIFEST)
        if content["made_from"] != made_from:
            return None
        return Dataset(**{name: _decoded(value, folder) for name, value in content["dataset"].items()})
    except (OSError, DamagedError):
        return None


def remove_entry(folder: Path) -> None:
    """Remove the files of an entry, then the folder if nothing else is in it; what cannot be removed stays.

    A process that has mapped a file keeps what it has mapped.
    """
    for path in (folder / MANIFEST, *_files(folder, "*.npy"), *_files(folder, f"{TEMPORARY}*")):
        with contextlib.suppress(OSError):
            path.unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()


def remove_abandoned(folder: Path, before: float) -> None:
    """Remove temporary files that were last written before that time: a process that was killed has left them."""
    for path in _files(folder, f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()


def _files(folder: Path, pattern: str) -> list[Path]:
    try:
        return list(folder.glob(pattern))
    except OSError:
        return []


def _manifest(path: Path) -> dict[str, Any]:
    found = path.read_bytes()
    line = found[len(_first_line(b"")) :]
    if found != _first_line(line) + line:
        raise DamagedError(path)
    content: dict[str, Any] = json.loads(line)
    return content


def _first_line(line: bytes) -> bytes:
    return json.dumps(hashlib.sha256(line).hexdigest()).encode() + b"\n"


def _encoded(value: object, name: str, save: Save) -> Any:
    if value is None or type(value) in PLAIN:
        return value
    if isinstance(value, sparse.csr_array):
        parts = {part: save(f"{name}.{part}", getattr(value, part)) for part in CSR_PARTS}
        return {"csr": parts, "shape": [int(size) for size in value.shape]}
    if isinstance(value, np.ndarray) and value.dtype == np.object_ and value.ndim == 1:
        return {"objects": [_plain(item, name) for item in value]}
    if isinstance(value, np.ndarray) and value.dtype.kind in NUMBERS_AND_TEXT:
        return {"array": save(name, value)}
    if isinstance(value, tuple):
        return {"tuple": [_encoded(item, f"{name}.{at}", save) for at, item in enumerate(value)]}
    if isinstance(value, Mapping):
        items = enumerate(value.items())
        return {"mapping": [[_plain(key, name), _encoded(item, f"{name}.{at}", save)] for at, (key, item) in items]}
    raise TypeError(f"{name}: expected values that can be stored exactly, found a {type(value).__name__}")


def _plain(value: object, name: str) -> object:
    if value is None or type(value) in PLAIN:
        return value
    raise TypeError(f"{name}: expected text, numbers, bools or None, found a {type(value).__name__}")


def _decoded(value: Any, folder: Path) -> Any:
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return _load(folder, value["array"])
    if "objects" in value:
        return np.array(value["objects"], dtype=object)
    if "tuple" in value:
        return tuple(_decoded(item, folder) for item in value["tuple"])
    if "mapping" in value:
        return {key: _decoded(item, folder) for key, item in value["mapping"]}
    parts = {part: _load(folder, value["csr"][part]) for part in CSR_PARTS}
    X = sparse.csr_array(tuple(value["shape"]), dtype=parts["data"].dtype)
    # set one by one: given together, the constructor chooses the indices' type anew
    X.data, X.indices, X.indptr = parts["data"], parts["indices"], parts["indptr"]
    return X


def _save(path: Path, array: Array) -> dict[str, Any]:
    """Write a .npy file in C order and return all that reading it takes."""
    values = np.ascontiguousarray(array)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(values))
    digest = hashlib.sha256(header.getvalue())
    digest.update(_bytes(values))
    _write(path, [header.getvalue(), _bytes(values)])
    return {
        "file": path.name,
        "sha256": digest.hexdigest(),
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "offset": header.tell(),
    }


def _load(folder: Path, stored: Mapping[str, Any]) -> Array:
    """The array of a file whose every byte is verified: the bytes that are used, which is why the map comes first."""
    try:
        content = np.memmap(folder / stored["file"], dtype=np.uint8, mode="r")
    except ValueError as error:  # an empty file cannot be mapped
        raise DamagedError(folder / stored["file"]) from error
    if hashlib.sha256(content.data).hexdigest() != stored["sha256"]:
        raise DamagedError(folder / stored["file"])
    values = content[stored["offset"] :].view(stored["dtype"]).reshape(stored["shape"])
    return values if values.nbytes >= MAPPED_FROM else np.array(values, subok=False)


def _bytes(values: Array) -> memoryview:
    return values.reshape(-1).view(np.uint8).data


def _write(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    with replacement(path, prefix=TEMPORARY) as file:
        for part in parts:
            file.write(part)
