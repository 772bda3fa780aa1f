"""What lies where in a run's folder, and reading it back only if it is what was written.

manifest.json, which names the files that the study prepares and collects; blocks/NNNNN-HASH.npz; timings.json; reports
add theirs. As long as blocks are missing also running/, failed/ and shards.json: see in_progress.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from numpy.typing import NDArray

from groupinf.atomic import disk_is_full
from groupinf.errors import DataError
from groupinf.experiments.folder.files import (
    InParts,
    hash_of_file,
    not_written,
    npz_arrays,
    npz_bytes,
    parquet_parts,
    parquet_table,
    sha256,
    verified,
    write_atomically,
)
from groupinf.experiments.folder.kinds import MANIFEST, makes_again, no_run
from groupinf.experiments.folder.manifest import RunManifest, as_json
from groupinf.experiments.folder.sealed import sealed
from groupinf.experiments.folder.stored_manifest import AlteredManifestError, stored_manifest

if TYPE_CHECKING:
    import pandas as pd

SEAL = "manifest_sha256"
HASH_DIGITS = 16


Own = TypeVar("Own", bound=RunManifest)


@dataclass(frozen=True)
class RunDirectory:
    """The folder of one run."""

    path: Path

    @property
    def manifest_path(self) -> Path:
        """The manifest names the SHA-256 of every other file that numbers come from."""
        return self.path / MANIFEST

    def manifest(self, kind: type[Own]) -> Own | None:
        """The stored manifest; None where the run has not been prepared.

        Raises what ``stored_manifest`` raises.
        """
        return stored_manifest(self.manifest_path, SEAL, kind)

    def whole_manifest(self, kind: type[Own]) -> Own | None:
        """The stored manifest; None where there is none or it was altered, for whoever then makes it again.

        Raises OtherFormatError where another version wrote it.
        """
        try:
            return self.manifest(kind)
        except AlteredManifestError:
            return None

    def require_manifest(self, kind: type[Own]) -> Own:
        """The stored manifest; raises DataError where there is none."""
        manifest = self.manifest(kind)
        if manifest is None:
            raise DataError(no_run(self.path))
        return manifest

    def write_manifest(self, manifest: RunManifest) -> None:
        """Write the manifest with its checksum: last, as it says that the files it names are there."""
        write_atomically(self.manifest_path, sealed(as_json(manifest), SEAL))

    @contextlib.contextmanager
    def made_writable(self) -> Iterator[None]:
        """Make the folder, as ``require_writable`` does; after an error what was made goes where nothing is in it."""
        new = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        self.require_writable()
        try:
            yield
        except BaseException:
            with contextlib.suppress(OSError):  # the first that holds something
                for folder in new:
                    folder.rmdir()
            raise

    def require_writable(self) -> None:
        """Make the folder; raises DataError where it cannot be written to, RunError where the disk is full."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            if disk_is_full(error):
                raise not_written(self.path, error) from error
            raise DataError(f"{self.path}: cannot be written to ({error.strerror}); choose another --out") from error

    def clear(self) -> None:
        """Delete what the folder holds: moved aside first, so that it is gone as a whole or not at all."""
        if not self.path.exists():
            return
        aside = self.path.with_name(f".{self.path.name}-deleted-{os.getpid()}")
        try:
            self.path.rename(aside)
        except OSError as error:
            raise DataError(f"{self.path}: cannot be deleted ({error.strerror}); nothing was changed") from error
        shutil.rmtree(aside, ignore_errors=True)

    def write(self, name: str, content: bytes | InParts) -> str:
        """Write one file whole; its SHA-256."""
        return write_atomically(self.path / name, content)

    def read(self, name: str, manifest: RunManifest) -> bytes | None:
        """A file's content if it is the one the manifest names, else None."""
        expected = manifest.files.get(name)
        return None if expected is None else verified(self.path / name, expected)

    def hash_of(self, name: str) -> str | None:
        """SHA-256 of a file as it is; None where it is missing."""
        return hash_of_file(self.path / name)

    def stored_blocks(self) -> dict[int, Path]:
        """The file of each block that is stored, going by the names: whether it is whole is seen when it is read."""
        return {number: files[-1] for number, files in self.block_files().items()}

    def block_files(self) -> dict[int, list[Path]]:
        """The files of each block, from one listing of the folder; more than one where one was altered."""
        found: dict[int, list[Path]] = {}
        for file in sorted((self.path / "blocks").glob("[0-9]*-*.npz")):
            found.setdefault(int(file.name.partition("-")[0]), []).append(file)
        return found

    def read_prepared(self, manifest: RunManifest) -> dict[str, bytes] | None:
        """Every file that prepare wrote; None where one of them is missing or altered."""
        found = {name: self.read(name, manifest) for name in manifest.prepared}
        whole = {name: content for name, content in found.items() if content is not None}
        return whole if len(whole) == len(found) else None

    def read_table(self, name: str, manifest: RunManifest) -> pd.DataFrame:
        """A collected table; raises DataError where it is missing or altered."""
        content = self.read(name, manifest)
        if content is None:
            raise self._not_whole(name)
        return parquet_table(content)

    def table_parts(self, name: str, manifest: RunManifest, columns: list[str]) -> Iterator[pd.DataFrame]:
        """Columns of a collected table, a row group at a time, text as categories; raises DataError as ``read_table``.

        The file is read as it comes: it must be what it was when its checksum was looked at.
        """
        self.require(name, manifest)
        return parquet_parts(self.path / name, columns)

    def require(self, name: str, manifest: RunManifest) -> None:
        """Raises DataError where a collected table is missing or altered; reads it by and by."""
        expected = manifest.files.get(name)
        if expected is None or self.hash_of(name) != expected:
            raise self._not_whole(name)

    def _not_whole(self, name: str) -> DataError:
        again = makes_again(self.path)
        return DataError(f"{self.path / name}: missing, or not the file that {MANIFEST} names; {again} makes it again")

    def write_block(self, number: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Store a block under a name that carries its checksum; the same block gives the same file."""
        content = npz_bytes(arrays)
        write_atomically(self.path / "blocks" / f"{number:05d}-{sha256(content)[:HASH_DIGITS]}.npz", content)

    def read_block(
        self, number: int, files: Mapping[int, Sequence[Path]] | None = None
    ) -> dict[str, NDArray[Any]] | None:
        """A stored block whose content has the checksum of its name; None where there is none.

        ``files`` are those of ``block_files``, which whoever reads many blocks lists once.
        """
        for file in (self.block_files() if files is None else files).get(number, ()):
            with contextlib.suppress(OSError):  # as whoever looks whether it is whole takes it
                content = file.read_bytes()
                if sha256(content)[:HASH_DIGITS] == file.stem.partition("-")[2]:
                    return npz_arrays(content)
        return None

    def whole_block(self, number: int, files: Mapping[int, Sequence[Path]]) -> Path | None:
        """The one of ``files`` that holds a block whole, by the checksum of its name; None where there is none."""
        for file in files.get(number, ()):
            if (hash_of_file(file) or "")[:HASH_DIGITS] == file.stem.partition("-")[2]:
                return file
        return None
