"""Where the rows of a dataset come from: file, line and, where the data have one, a key of each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RowOrigins:
    """The training rows of a dataset and, below them, its test rows, then those of its pool: (n + m + k,) each.

    ``file`` are names as in ``Dataset.sources``. ``line`` counts as messages do: lines of text files from 1, rows of
    other files from 0. ``key`` holds the values of the column ``key_name`` as text, each once; None without one.
    """

    file: NDArray[np.object_]
    line: NDArray[np.int64]
    key_name: str = ""
    key: NDArray[np.object_] | None = None

    @property
    def one_numbering(self) -> bool:
        """Whether all rows were drawn from one file, so that the file has a numbering of its own."""
        return len(set(self.file)) == 1 and np.unique(self.line).size == self.line.size

    def at(self, rows: NDArray[np.int64]) -> RowOrigins:
        """Those of some rows."""
        return RowOrigins(self.file[rows], self.line[rows], self.key_name, None if self.key is None else self.key[rows])

    def rows_by_key(self) -> Mapping[str, int]:
        """Place of each key: a training row below n, a test or pool row above; empty without keys."""
        return {} if self.key is None else {key: row for row, key in enumerate(self.key.tolist())}

    def called(self, row: int) -> str:
        """``KEY_NAME=KEY`` of one of the rows; empty without keys."""
        return "" if self.key is None else f"{self.key_name}={self.key[row]}"


def origins_of(
    files: Iterable[tuple[Path, NDArray[np.int64]]],
    rows: NDArray[np.int64],
    key_name: str = "",
    key: NDArray[np.object_] | None = None,
) -> RowOrigins:
    """Return the origins of some ``rows`` of files below each other; each file comes with the lines of its rows.

    ``key`` are the keys of all rows of the files.
    """
    listed = list(files)
    names = np.array(names_of([path for path, _ in listed]), dtype=object)
    file = np.repeat(names, [lines.size for _, lines in listed])
    line = np.concatenate([lines for _, lines in listed])
    return RowOrigins(file[rows], line[rows], key_name, None if key is None else key[rows])


def names_of(paths: Sequence[Path]) -> list[str]:
    """Return what files are called: their names, or their whole paths where several have one name."""
    times = Counter(path.name for path in paths)
    return [path.name if times[path.name] == 1 else str(path) for path in paths]


def key_text(value: object) -> str:
    """Return a key as the text that group files name it by; a whole number has no decimals.

    >>> key_text(17.0), key_text(" p3"), key_text(2.5)
    ('17', 'p3', '2.5')
    """
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole and isinstance(value, float) else value).strip()
