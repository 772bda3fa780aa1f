"""Files of the data home: they appear whole and verified, also where several processes write them at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from groupinf.atomic import disk_is_full, replacement
from groupinf.datasets.facts import SourceFile
from groupinf.datasets.files.download import CHUNK, NotReceivedError, Patience, Transfer, download
from groupinf.datasets.files.integrity import fault_of
from groupinf.datasets.files.new_folders import make_folder, remove_empty
from groupinf.errors import RunError


def download_in(url: str, source: SourceFile, target: Path, transfer: Transfer, patience: Patience) -> int:
    """Download a source file, verify it and put it at ``target``; return its size in bytes.

    Raises NotReceivedError where it did not come, or is not the one that is meant, and RunError where the data home
    cannot be written.
    """
    with new_file(target) as (out, temporary):
        download(url, target.name, out, transfer, patience)
        return _verified(source, out, temporary)


def copy_in(path: Path, source: SourceFile, target: Path) -> int:
    """Copy a source file, verify the copy and put it at ``target``; return its size in bytes.

    Raises NotReceivedError where there is no such file, it cannot be read, or is not the one that is meant, and
    RunError where the data home cannot be written.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise NotReceivedError(f"could not be opened: {error.strerror}") from error
    with stream, new_file(target) as (out, temporary):
        while chunk := _read(stream):
            out.write(chunk)
        return _verified(source, out, temporary)


def _read(stream: IO[bytes]) -> bytes:
    # Not shutil.copyfileobj: its errors do not tell which of the two disks they are of.
    try:
        return stream.read(CHUNK)
    except OSError as error:
        raise NotReceivedError(f"could not be read: {error.strerror}") from error


def _verified(source: SourceFile, out: IO[bytes], temporary: Path) -> int:
    out.flush()
    if fault := fault_of(temporary, source):
        raise NotReceivedError(fault)
    return temporary.stat().st_size


@contextmanager
def new_file(target: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Yield an open file beside ``target`` and its path; it becomes ``target`` when the block ends without an error.

    Its name is its own, so that several processes may write the same target. After an error nothing is left of it.
    Raises RunError where the folder cannot be written or is full; what was at ``target`` before is still there.
    """
    made: list[Path] = []
    try:
        made = make_folder(target.parent)
        with replacement(target, suffix=".part") as stream:
            yield stream, Path(stream.name)
    except OSError as error:
        raise RunError(f"{target}: could not be written: {error.strerror or error}. {_advice(error)}") from error
    finally:
        remove_empty(made)  # they are not empty where all went well


def _advice(error: OSError) -> str:
    if disk_is_full(error):
        return "Free some space there, or set GROUPINF_DATA to a folder on a larger disk. No file there was changed"
    return "Set GROUPINF_DATA to a folder that can be written. No file there was changed"
