"""Groups of the rows of highest, or lowest, score: of the model's, such as self-influence, or of a user's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from groupinf.config.named_file import FilePath
from groupinf.config.section import Problem, exclusive
from groupinf.errors import DataError
from groupinf.groups.builders.builder import Builder, Kind
from groupinf.groups.row_orders import NumRows, first_rows
from groupinf.groups.score_file import read_scores
from groupinf.groups.training_rows import training_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from groupinf.datasets.dataset import Dataset
    from groupinf.groups.groups import Built, Group
    from groupinf.groups.source import GroupSource


class RankedRows(Builder):
    """The first rows of an order by a score of each row, growing groups."""

    name: ClassVar = "ranked_rows"
    kinds: ClassVar = (Kind("ranked_rows", "Ranked rows", ("#b7a94f", "H")),)
    needs_sizes: ClassVar = False

    builder: Literal["ranked_rows"] = "ranked_rows"
    by: str | None = None
    path: FilePath | None = None
    first: Literal["highest", "lowest", "both"] = "highest"
    num_rows: NumRows | None = None

    @model_validator(mode="after")
    def _one_score(self) -> Self:
        if (self.by is None) == (self.path is None):
            found = "neither" if self.by is None else "both"
            raise exclusive(f"expected by: NAME or path: FILE, whose scores order the rows; found {found}")
        return self

    @property
    def wants_sizes(self) -> bool:
        """Where it says none of its own."""
        return self.num_rows is None

    @property
    def asked_score(self) -> str | None:
        """That of ``by``."""
        return self.by

    def build(self, source: GroupSource, rng: np.random.Generator) -> Built:
        """For each size s the s rows of highest, or lowest, score, nested; of equal ones the lower row comes first.

        A row without a score is in no group. Raises DataError where all rows have the same, or fewer have one than a
        group is to have. Nothing is random.
        """
        from groupinf.groups.groups import Built

        problem = self.check(source.dataset)
        if problem is not None:
            raise DataError(problem.message)
        if self.path is not None:
            words, scores = f"by the scores of {Path(self.path).name}", self._own(source.dataset, self.path)
        else:
            words, scores = source.required_row_orders().scored(self.by or "")
        if np.unique(scores[~np.isnan(scores)]).size < 2:
            raise DataError(f"{self.name}: expected scores that order rows, found the same for all, {words}")
        sizes = sorted({*(self.num_rows or source.group_sizes())})
        scored = int(np.count_nonzero(~np.isnan(scores)))
        if sizes[-1] > scored:
            raise DataError(f"{self.name}: expected at most {scored:,} rows, which have a score, found {sizes[-1]:,}")
        return Built(tuple(group for first in self._ends for group in _nested(first, scores, words, sizes)))

    def check(self, dataset: Dataset) -> Problem | None:
        """More rows than may go, a file that cannot be read, or scores of rows that are not fitted."""
        most = max(self.num_rows or (0,))
        if most >= dataset.n:
            return Problem("num_rows", f"expected less than {dataset.row_words.number(dataset.n)}, found {most:,}")
        if self.by is not None and dataset.of_pool:
            return Problem("by", f"expected rows that are fitted, found {dataset.row_words.many}")
        try:
            scores = None if self.path is None else self._own(dataset, self.path)
        except DataError as error:
            return Problem("path", str(error))
        scored = dataset.n if scores is None else int(np.count_nonzero(~np.isnan(scores)))
        return (
            None
            if most <= scored
            else Problem("num_rows", f"expected at most {scored:,}, as have a score, found {most:,}")
        )

    def most_groups(self, dataset: Dataset, sizes: int, test_points: int) -> int:
        """One of each size for each end."""
        return len(self._ends) * len(self.num_rows or range(sizes))

    @property
    def _ends(self) -> tuple[str, ...]:
        return ("highest", "lowest") if self.first == "both" else (self.first,)

    def _own(self, dataset: Dataset, path: str) -> NDArray[np.float64]:
        return read_scores(Path(path), training_rows(dataset))


def _nested(first: str, scores: NDArray[np.float64], words: str, sizes: list[int]) -> Iterator[Group]:
    """The first rows of either end, those without a score last."""
    from groupinf.groups.groups import Group

    order = np.argsort(-scores if first == "highest" else scores, kind="stable")
    for size in sizes:
        yield Group(RankedRows.name, np.sort(order[:size]), first_rows(size, f"{words}, the {first} first"))
