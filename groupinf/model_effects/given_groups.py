"""The groups that a caller hands over, in any of their forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from groupinf.errors import DataError
from groupinf.groups.by_value import rows_by_value
from groupinf.groups.groups import Group, Groups
from groupinf.model_effects.given_rows import require_order
from groupinf.numerics.objective import Rows
from groupinf.wording import counted

# what groups are called that come without a name of their kind
KIND = "group"
FORMS = (
    "a Series or array of names, one for each row, a mapping from names to rows, a list of lists of rows or of boolean "
    "masks, or a matrix with a row for each group"
)


@dataclass(frozen=True)
class RowIndex:
    """How many rows there are, and the labels of the frame ``X`` that they came in, None of an array; of that ``order``
    are the labels of ``y``, where it has any. The two are called so.
    """

    n: int
    labels: pd.Index[Any] | None = None
    order: pd.Index[Any] | None = None
    X: str = "X"
    y: str = "y"

    def require_aligned(self, given: pd.Series[Any], what: str, called: str) -> None:
        """Raises DataError where a value for each row comes with other labels than those of the frame X, or, where X
        is none, with those of y in another order; ``called`` is what to take them from.
        """
        if self.labels is None:
            require_order(given, self.order, what, self.y, called)
        elif not given.index.equals(self.labels):
            instead = f"take {called}.loc[{self.X}.index], or .to_numpy()"
            raise DataError(f"{what}: expected the index of {self.X}, found another; {instead}")

    def places(self, labels: pd.Index[Any], what: str) -> Rows:
        """The rows with these labels of the frame; raises DataError where there is none, or several."""
        if self.labels is None:
            raise DataError(f"{what}: expected positions of rows, found a pandas Index of labels, and X is no frame")
        if not self.labels.is_unique:
            raise DataError(f"{what}: expected positions of rows, as labels of X.index stand for several rows")
        places = self.labels.get_indexer(labels)
        if (places < 0).any():
            raise DataError(f"{what}: expected labels of X.index, found {labels[int(np.argmin(places))]!r}")
        return places.astype(np.int64)


def groups_of(given: Any, rows: RowIndex) -> Groups:
    """The groups in the order in which they are given; those of values in the order of these.

    Rows are positions, counted from 0; a pandas Index among the values of a mapping, as ``frame.groupby(...).groups``
    has them, holds labels of the frame X. Names in a Series or an array make a group of the rows of each name, none
    of those whose name is missing; the columns of a frame are such Series, each a kind of groups. The index of a Series
    of names, or of one that is a mask, must be that of X.
    Raises DataError where there is no group, or a row of one does not exist or is there twice.
    """
    found = list(_groups(given, rows))
    if not found:
        raise DataError("groups: expected at least one group with a row, found none")
    return Groups.collect(found)


def _groups(given: Any, rows: RowIndex) -> Iterator[Group]:
    if isinstance(given, pd.DataFrame):
        for name in given.columns:
            yield from _by_name(given[name], rows, str(name))
    elif isinstance(given, pd.Series):
        yield from _by_name(given, rows, KIND if given.name is None else str(given.name))
    elif isinstance(given, Mapping):
        for name, members in given.items():
            yield _group(KIND, members, rows, f"groups[{name!r}]", str(name))
    elif sparse.issparse(given) or (isinstance(given, np.ndarray) and given.ndim == 2):
        matrix: Any = given
        yield from _of_matrix(sparse.csr_array(matrix), rows)
    elif isinstance(given, np.ndarray | pd.Index | pd.Categorical) or _names(given):
        yield from _by_name(pd.Series(given), rows, KIND, aligned=False)
    elif isinstance(given, Sequence) and not isinstance(given, str | bytes):
        for number, members in enumerate(given):
            yield _group(KIND, members, rows, f"groups[{number}]", "")
    else:
        raise DataError(f"groups: expected {FORMS}, found {type(given).__name__}")


def _names(given: Any) -> bool:
    """Whether a list is of names, one for each row, and not of rows."""
    return isinstance(given, list | tuple) and all(entry is None or np.isscalar(entry) for entry in given)


def _by_name(names: pd.Series[Any], rows: RowIndex, kind: str, aligned: bool = True) -> Iterator[Group]:
    if len(names) != rows.n:
        counts = f"expected {counted(rows.n, 'name')}, one for each row of X, found {len(names):,}"
        within = aligned and rows.labels is not None and rows.labels.isin(names.index).all()
        instead = "take groups.loc[X.index]" if within else "groups as lists of rows are a list of lists"
        raise DataError(f"groups: {counts}; {instead}")
    if aligned:
        rows.require_aligned(names, "groups", "groups")
    values = np.array([None if gap else _plain(name) for name, gap in zip(names, names.isna(), strict=True)], object)
    for value in rows_by_value({kind: values}, kind).values:
        yield Group(kind, value.rows, value.words, name=value.name)


def _plain(name: Any) -> Any:
    """A whole number as such, also where pandas holds it as a float beside missing ones."""
    return int(name) if isinstance(name, float) and name.is_integer() else name


def _of_matrix(W: sparse.csr_array, rows: RowIndex) -> Iterator[Group]:
    if W.shape[1] != rows.n:
        expected = f"expected a matrix (groups, {rows.n}), with a column for each row of X"
        raise DataError(f"groups: {expected}, found shape {W.shape}")
    W.eliminate_zeros()
    if not np.isin(W.data, (True, 1)).all():
        raise DataError("groups: expected a matrix of 0 and 1, or True and False, found other numbers")
    for number in range(W.shape[0]):
        members = W.indices[W.indptr[number] : W.indptr[number + 1]]
        yield _group(KIND, members, rows, f"groups[{number}]", "")


def _group(kind: str, members: Any, rows: RowIndex, what: str, name: str) -> Group:
    """A group of positions, labels, or the rows that a mask marks."""
    found = rows.places(members, what) if isinstance(members, pd.Index) else _positions(members, rows, what)
    if not found.size:
        raise DataError(f"{what}: expected at least one row, found none")
    if np.unique(found).size < found.size:
        raise DataError(f"{what}: expected each row once, found one more often")
    return Group(kind, found, f"{kind} {name}" if name else "rows as given", name=name)


def _positions(members: Any, rows: RowIndex, what: str) -> NDArray[np.int64]:
    n, given = rows.n, np.asarray(members.to_numpy() if isinstance(members, pd.Series) else members)
    if given.ndim != 1:
        shape = f" of shape {given.shape}" if given.ndim else ""
        raise DataError(f"{what}: expected a list of rows, found {type(members).__name__}{shape}")
    if given.dtype == np.bool_:
        if given.size != n:
            raise DataError(f"{what}: expected a mask of {counted(n, 'row')}, found one of {given.size:,}")
        if isinstance(members, pd.Series):
            rows.require_aligned(members, what, "mask")
        return np.flatnonzero(given)
    if given.size and given.dtype.kind not in "iu":
        raise DataError(f"{what}: expected positions of rows, whole numbers from 0, found {given.tolist()[0]!r}")
    beyond = given[(given < 0) | (given >= n)]
    if beyond.size:
        raise DataError(f"{what}: expected rows 0 to {n - 1:,}, found {beyond[0]}")
    return given.astype(np.int64)
