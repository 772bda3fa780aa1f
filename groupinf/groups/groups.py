"""Groups of training points: who is removed together, and what made the group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from groupinf.test_point_labels import NO_TEST_POINT

if TYPE_CHECKING:
    from scipy import sparse


@dataclass(frozen=True, slots=True)  # of which there may be many
class Group:
    """One group as a builder makes it: at least one row index, each once, in any order, and what made it.

    ``test_point`` is the row of the test set whose influence chose the group (a number below -1 for a set of rows),
    NO_TEST_POINT where none did.
    ``name`` is empty but for a user's own groups. ``made_from`` says in words what made it,
    e.g. ``feature age near row 17``.
    """

    kind: str
    indices: NDArray[np.int64]
    made_from: str
    test_point: int = NO_TEST_POINT
    name: str = ""


@dataclass(frozen=True)
class Built:
    """What one builder made: its groups in order, and what the user should know of them (sizes skipped, ...)."""

    groups: tuple[Group, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Groups:
    """All groups of a run: the removal matrix W in CSR form and one label of each sort per group."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    kind: tuple[str, ...]
    name: tuple[str, ...]
    test_point: tuple[int, ...]
    made_from: tuple[str, ...]

    @classmethod
    def collect(cls, groups: Iterable[Group]) -> Groups:
        """Number the groups from 0 in the order given; a group without a name is called by its number."""
        listed = list(groups)
        sizes = [g.indices.size for g in listed]
        indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        rows = [np.sort(g.indices).astype(np.int64) for g in listed]
        return cls(
            indptr=indptr,
            indices=np.concatenate(rows) if rows else np.empty(0, dtype=np.int64),
            kind=tuple(g.kind for g in listed),
            name=tuple(g.name or str(i) for i, g in enumerate(listed)),
            test_point=tuple(g.test_point for g in listed),
            made_from=tuple(g.made_from for g in listed),
        )

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """|w| of every group."""
        return np.diff(self.indptr)

    def members(self, group: int) -> NDArray[np.int64]:
        """Row indices of one group, sorted."""
        return self.indices[self.indptr[group] : self.indptr[group + 1]]

    def removal_matrix(self, n: int) -> sparse.csr_array:
        """W (groups, n), 0/1: W[g, i] = 1 where point i is removed with group g."""
        from scipy import sparse

        data = np.ones(self.indices.size)
        return sparse.csr_array((data, self.indices, self.indptr), shape=(len(self), n))
