"""The CSV file of a user's own scores of training rows: columns index or key, and score, one line per row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from groupinf.datasets.rows.exact import finite_in
from groupinf.errors import DataError
from groupinf.groups.csv_rows import csv_rows
from groupinf.groups.training_rows import TrainingRows

SCORE = "score"
EXPECTED = "expected the columns index (or key) and score"


def read_scores(path: Path, rows: TrainingRows) -> NDArray[np.float64]:
    """The score of each of the n training rows, NaN of those that the file does not list.

    Raises DataError, with the line, where the file is missing, empty, of another kind, not UTF-8 or not CSV; where a
    column is missing, repeated or unknown; where a row is none of the training rows or is there twice; where a score is
    no finite number.
    """
    scores, first = np.full(rows.n, np.nan), dict[int, int]()
    for line, cells in _rows(path):
        try:
            row = rows.by_key(cells["key"]) if "key" in cells else rows.by_index(cells["index"])
        except DataError as error:
            raise DataError(f"{path}, line {line}: {error}") from None
        score = finite_in(cells[SCORE])
        if score is None:
            raise DataError(f"{path}, line {line}: score: expected a finite number, found {cells[SCORE]!r}")
        if row in first:
            raise DataError(f"{path}, line {line}: row {row} has a score already, on line {first[row]}")
        scores[row], first[row] = score, line
    return scores


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    return csv_rows(path, EXPECTED, "save the scores as comma-separated text", _header)


def _header(header: list[str], where: str) -> list[str]:
    if sorted(header) not in (["index", SCORE], ["key", SCORE]):
        raise DataError(f"{where}: {EXPECTED}, each once, found {', '.join(header)}")
    return header
