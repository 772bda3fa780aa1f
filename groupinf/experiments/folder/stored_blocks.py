"""The blocks of a run whose blocks are all there, read one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from groupinf.errors import DataError
from groupinf.experiments.folder.missing import missing_text
from groupinf.experiments.folder.run_directory import RunDirectory


@dataclass(frozen=True)
class StoredBlocks:
    """The arrays of ``of`` blocks in their order, as often as they are gone through; none is kept.

    Raises DataError, naming those that are missing or altered, where there are any: before the first is read.
    """

    directory: RunDirectory
    of: int

    def __post_init__(self) -> None:
        files = self.directory.block_files()
        whole = [self.directory.whole_block(number, files) for number in range(self.of)]
        missing = [number for number, file in enumerate(whole) if file is None]
        if missing:
            raise DataError(f"{self.directory.path}: {missing_text(missing, self.of, self.directory.path)}")

    def __iter__(self) -> Iterator[dict[str, NDArray[Any]]]:
        files = self.directory.block_files()
        for number in range(self.of):
            arrays = self.directory.read_block(number, files)
            if arrays is None:
                raise DataError(f"{self.directory.path}: {missing_text([number], self.of, self.directory.path)}")
            yield arrays
