"""How group files name the rows that groups are drawn from: by number, or by the key that the data give every row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from groupinf.datasets.dataset import Dataset
from groupinf.datasets.rows.row_words import TEST, TRAINING, RowWords
from groupinf.errors import DataError
from groupinf.wording import counted, did_you_mean

MOST_COMPARED = 20_000  # keys among which a hint is looked for: more would take seconds
ALIKE = 2  # letters by which a key that is meant may be longer or shorter
_BY_THEMSELVES = (
    "are numbered by themselves, as rows.parquet in a run's folder lists them; or name rows in a column key, with "
    "row_key in the dataset"
)
MOST_DIGITS = 18  # of an index, as a 64-bit number has them
_INDEX = re.compile(rf"\s*[+-]?[0-9]{{1,{MOST_DIGITS}}}\s*")


@dataclass(frozen=True)
class TrainingRows:
    """Training rows 0..n−1, or others that groups are drawn from, by what ``words`` call them.

    ``whole_file`` is the number of rows of the file that they were drawn from, 0 where they are all of it. ``keys``
    is the row of each key; that of a test row is n or more, the last ``others`` of them are those of other rows.
    ``before`` counts the rows of which these were chosen, 0 where they are all of them.
    """

    n: int
    whole_file: int = 0
    keys: Mapping[str, int] = field(default_factory=dict)
    others: int = 0
    before: int = 0
    words: RowWords = TRAINING

    def by_index(self, text: str) -> int:
        """The row of a number. Raises DataError where it is none."""
        index = int(text) if _INDEX.fullmatch(text) is not None else None
        if index is not None and 0 <= index < self.n:
            return index
        found = repr(text) if index is None else f"{index}{self._other_numbering(index)}"
        raise DataError(f"index: expected a {self.words.one} from 0 to {self.n - 1}, found {found}")

    def _other_numbering(self, index: int) -> str:
        """Of which other numbering an index may be, and what to do then; empty where of none."""
        whole = f"the whole file ({counted(self.whole_file, 'row')}): {self.words.many} {_BY_THEMSELVES}"
        if index == self.n:
            from_one = (
                ", one more than the last: rows count from 0; where the file counts from 1, take 1 from every index"
            )
            return f"{from_one}; where it numbers {whole}" if self.whole_file else from_one
        if self.n < index < self.before:
            chosen = f"the {self.before:,} of which they were chosen"
            return f", which fits only a numbering of {chosen}: {self.words.many} {_BY_THEMSELVES}"
        return f", which fits only a numbering of {whole}" if self.n < index < self.whole_file else ""

    def by_key(self, text: str) -> int:
        """The row of a key. Raises DataError where no row or a test row has it."""
        key = text.strip()
        row = self.keys.get(key)
        if row is not None and row < self.n:
            return row
        if not self.keys:
            raise DataError(
                "key: expected data whose rows have keys, found none; row_key in the dataset names their"
                " column, or give numbers of rows in a column index"
            )
        expected = f"key: expected that of a {self.words.one}, found {key!r}"
        if row is None:
            alike = (known for known, at in self.keys.items() if at < self.n and abs(len(known) - len(key)) <= ALIKE)
            near = did_you_mean(key, islice(alike, MOST_COMPARED)) or ", which no row has"
            raise DataError(f"{expected}{near}")
        part = self.words.others if row >= len(self.keys) - self.others else f"a {TEST.one}"
        raise DataError(f"{expected}, which is {part}")


def index_note(rows: TrainingRows) -> str:
    """What to know of an index where the rows are some of a file's: which rows it counts. Empty elsewhere."""
    if rows.before > rows.n:
        return (
            f"index counts the {rows.words.counted(rows.n)} that were chosen, not the {rows.before:,} that the "
            "data have; rows.parquet in a run's folder says which is which"
        )
    if not rows.whole_file:
        return ""
    return (
        f"index counts the {rows.words.counted(rows.n)} after the split, not the {rows.whole_file:,} rows of the "
        "data's file; rows.parquet in a run's folder says which is which"
    )


def training_rows(dataset: Dataset) -> TrainingRows:
    """How the training rows of a dataset may be named."""
    origins, words = dataset.origins, dataset.row_words
    before = dataset.rows_left[0].n if dataset.rows_left else 0
    if origins is None:
        return TrainingRows(dataset.n, before=before, words=words)
    whole_file = origins.line.size if origins.one_numbering and not dataset.rows_left else 0
    others = origins.line.size - dataset.n - dataset.n_test
    return TrainingRows(dataset.n, whole_file, origins.rows_by_key(), others, before, words)
