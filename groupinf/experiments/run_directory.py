"""What lies where in a run's folder, and reading it back only if it is what was written.

config.yaml, manifest.json, theta.npz, groups.npz, groups.parquet, blocks/NNNNN-HASH.npz, retrains.parquet,
effects.parquet, spearman.parquet, timings.json; reports add tables/ and figures/.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.errors import DataError
from groupinf.experiments.files import (
    npz_arrays,
    npz_bytes,
    parquet_table,
    read_json,
    sha256,
    verified,
    write_atomically,
)
from groupinf.groups.groups import Groups

MANIFEST = "manifest.json"
PREPARED = ("theta.npz", "groups.npz", "groups.parquet", "config.yaml")
COLLECTED = ("groups.parquet", "retrains.parquet", "effects.parquet", "spearman.parquet")
HASH_DIGITS = 16


@dataclass(frozen=True)
class RunDirectory:
    """The folder of one run."""

    path: Path

    @property
    def manifest_path(self) -> Path:
        """The manifest names the SHA-256 of every other file that numbers come from."""
        return self.path / MANIFEST

    def manifest(self) -> dict[str, Any] | None:
        """The stored manifest; None where the run has not been prepared."""
        return read_json(self.manifest_path) if self.manifest_path.exists() else None

    def require_writable(self) -> None:
        """Make the folder; raises DataError where it cannot be written to."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
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

    def write(self, name: str, content: bytes) -> str:
        """Write one file whole; its SHA-256."""
        write_atomically(self.path / name, content)
        return sha256(content)

    def read(self, name: str, manifest: Mapping[str, Any]) -> bytes | None:
        """A file's content if it is the one the manifest names, else None."""
        expected = manifest.get("files", {}).get(name)
        return None if expected is None else verified(self.path / name, expected)

    def read_table(self, name: str, manifest: Mapping[str, Any]) -> pd.DataFrame:
        """A collected table; raises DataError where it is missing or altered."""
        content = self.read(name, manifest)
        if content is None:
            raise DataError(
                f"{self.path / name}: missing, or not the file that {MANIFEST} names; "
                "run groupinf experiment with the same configuration again to restore it"
            )
        return parquet_table(content)

    def write_block(self, number: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Store a block under a name that carries its checksum; the same block gives the same file."""
        content = npz_bytes(arrays)
        write_atomically(self.path / "blocks" / f"{number:05d}-{sha256(content)[:HASH_DIGITS]}.npz", content)

    def read_block(self, number: int) -> dict[str, NDArray[Any]] | None:
        """A stored block whose content has the checksum of its name; None where there is none."""
        for file in sorted((self.path / "blocks").glob(f"{number:05d}-*.npz")):
            content = file.read_bytes()
            if sha256(content)[:HASH_DIGITS] == file.stem.partition("-")[2]:
                return npz_arrays(content)
        return None


def groups_archive(groups: Groups) -> bytes:
    """groups.npz: the removal matrix as indptr and indices."""
    return npz_bytes({"indptr": groups.indptr, "indices": groups.indices})


def groups_frame(groups: Groups) -> pd.DataFrame:
    """groups.parquet: one row per group."""
    return pd.DataFrame(
        {
            "group": np.arange(len(groups), dtype=np.int64),
            "name": list(groups.name),
            "kind": list(groups.kind),
            "size": groups.sizes,
            "test_point": np.array(groups.test_point, dtype=np.int64),
            "made_from": list(groups.made_from),
        }
    )


def groups_from(archive: Mapping[str, NDArray[Any]], frame: pd.DataFrame) -> Groups:
    """The groups of a stored archive and table."""
    return Groups(
        indptr=archive["indptr"],
        indices=archive["indices"],
        kind=tuple(frame["kind"]),
        name=tuple(frame["name"]),
        test_point=tuple(int(t) for t in frame["test_point"]),
        made_from=tuple(frame["made_from"]),
    )
