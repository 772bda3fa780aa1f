"""Groups of identical training rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from groupinf.config.labels import Label, class_code, label_text
from groupinf.config.section import NonNegativeInt, Problem
from groupinf.errors import DataError
from groupinf.groups.builders.builder import Builder, Kind
from groupinf.wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Dataset
    from groupinf.groups.groups import Built
    from groupinf.groups.source import GroupSource


class Copies(Builder):
    """1, 2, … of the rows that are the same in features, label and weight; of each set ``leave`` stay.

    With ``label`` only rows of that label; with ``only`` the largest group of each set.
    """

    name: ClassVar = "copies"
    kinds: ClassVar = (Kind("copies", "Copies", ("#B2DF8A", "h")),)
    needs_sizes: ClassVar = False

    builder: Literal["copies"] = "copies"
    leave: NonNegativeInt = 0
    label: Label | None = None
    only: Literal["largest"] | None = None

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """For each set of c ≥ 2 identical rows, by its first row, groups of its first 1, 2, …, c − ``leave`` rows, or
        the last of these.

        Nothing is random. Raises DataError where there is no such group.
        """
        from groupinf.groups.groups import Built, Group

        problem = self.check(source.dataset)
        if problem is not None:
            raise DataError(problem.message)
        groups = [
            Group(self.name, rows[:size], f"{size} of {rows.size} copies of row {rows[0]}")
            for rows in self._sets(source.dataset)
            for size in self._sizes(rows)
        ]
        return Built(tuple(groups), self.notes(source.dataset))

    def check(self, dataset: Dataset) -> Problem | None:
        """A label that no row has, rows that are all different, or of which none is left to be taken."""
        from groupinf.datasets.rows.labels import shortened

        labels, _ = _labels(dataset)
        if self.label is not None and class_code(labels, self.label) is None:
            expected = f"expected a label of {dataset.row_words.many}, one of {shortened(labels)}"
            return Problem("label", f"{expected}; found {label_text(self.label)}")
        largest = max((rows.size for rows in self._sets(dataset)), default=0)
        if largest == 0:
            of_label = "" if self.label is None else f" of label {label_text(self.label)}"
            expected = f"expected identical {dataset.row_words.many}{of_label}, found none in {dataset.name}"
            return Problem("builder", f"{self.name}: {expected}")
        if largest <= self.leave:
            expected = f"expected less than {largest}, the most copies that a row has"
            return Problem("leave", f"{expected}, found {self.leave}")
        return None

    def most_groups(self, dataset: Dataset, sizes: int, test_points: int) -> int:
        """One for each number of copies of each set, or for each set."""
        return sum(len(self._sizes(rows)) for rows in self._sets(dataset))

    def notes(self, dataset: Dataset) -> tuple[str, ...]:
        """How many sets there are, and how large; which of them are a class by themselves."""
        sets = self._sets(dataset)
        sizes = [rows.size for rows in sets]
        if not sizes:
            return ()
        identical = f"identical {dataset.row_words.many}, of {min(sizes)} to {max(sizes)}"
        found = f"{self.name}: {counted(len(sets), 'set')} of {identical}"
        classes = np.bincount(dataset.y_train.astype(np.int64)) if dataset.classes else np.empty(0)
        whole = sum(rows.size == classes[int(dataset.y_train[rows[0]])] for rows in sets) if dataset.classes else 0
        if not whole or self.leave:
            return (found,)
        return (found, f"{self.name}: {counted(int(whole), 'set is', 'sets are')} all rows of a class")

    def _sets(self, dataset: Dataset) -> list[NDArray[np.int64]]:
        """The sets of identical rows that groups are made of."""
        sets = identical_rows(dataset)
        if self.label is None:
            return sets
        labels, codes = _labels(dataset)
        wanted = class_code(labels, self.label)
        return [rows for rows in sets if codes[rows[0]] == wanted]

    def _sizes(self, rows: NDArray[np.int64]) -> range:
        """How many of a set of rows its groups have."""
        most = rows.size - self.leave
        return range(1 if self.only is None else max(1, most), most + 1)


def _labels(dataset: Dataset) -> tuple[list[object], NDArray[np.int64]]:
    """The classes, or the targets that rows have, and the place of each row's among them (n,)."""
    if dataset.classes:
        return list(dataset.classes), dataset.y_train.astype(np.int64)
    targets, places = np.unique(dataset.y_train, return_inverse=True)
    return targets.tolist(), places.astype(np.int64)


def identical_rows(dataset: Dataset) -> list[NDArray[np.int64]]:
    """The rows of each set of two or more that are the same in features, label and weight, by their first rows."""
    X, beside = dataset.X_train, np.column_stack([dataset.y_train, dataset.sample_weight_train]).astype(np.float64)
    found: dict[bytes, list[int]] = {}
    if isinstance(X, np.ndarray):
        for i, row in enumerate(X):
            found.setdefault((row + 0.0).tobytes() + beside[i].tobytes(), []).append(i)  # −0.0 + 0.0 is 0.0
    else:
        plain = X.copy()
        plain.sum_duplicates()
        plain.eliminate_zeros()
        for i in range(plain.shape[0]):
            at = slice(plain.indptr[i], plain.indptr[i + 1])
            stored = plain.indices[at].astype(np.int64).tobytes() + plain.data[at].tobytes()
            found.setdefault(stored + beside[i].tobytes(), []).append(i)
    return [np.array(rows, dtype=np.int64) for rows in found.values() if len(rows) > 1]
