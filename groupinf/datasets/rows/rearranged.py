"""The rows of a dataset in other parts, with all that is known of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from groupinf.datasets.dataset import Dataset, Features, PoolRows
from groupinf.datasets.files.mapped_rows import rows_of
from groupinf.datasets.rows.labels import Labels

Rows = NDArray[np.int64]
Values = Mapping[str, NDArray[np.object_]]


def parts_of(dataset: Dataset) -> tuple[Rows, Rows, Rows]:
    """The training, test and pool rows as they are numbered."""
    ends = np.cumsum([dataset.n, dataset.n_test, dataset.n_pool])
    train, test, pool = np.split(np.arange(ends[-1], dtype=np.int64), ends[:-1])
    return train, test, pool


def rearranged(dataset: Dataset, train: Rows, test: Rows, pool: Rows) -> Dataset:
    """Return the dataset whose training, test and pool rows are these, in this order.

    Rows are numbered as ``RowOrigins`` does: training rows from 0, then test rows, then pool rows. What a row lacks in
    its new part is None for columns, and the weight 1 where it was a test row.
    """
    old = dataset.pool
    sizes = (dataset.n, dataset.n_test, dataset.n_pool)
    features = [dataset.X_train, dataset.X_test, *([] if old is None else [old.X])]
    plain = [dataset.plain_train, dataset.plain_test, None if old is None else old.plain]
    y = np.concatenate([dataset.y_train, dataset.y_test, *([] if old is None else [old.y])])
    weights = [dataset.sample_weight_train, np.ones(dataset.n_test), *([] if old is None else [old.sample_weight])]
    weight = np.concatenate(weights)
    columns: list[Values] = [dataset.columns, dataset.test_columns, {} if old is None else old.columns]

    def part(rows: Rows, names: Sequence[str]) -> tuple[Features, Labels, Values]:
        runs = _runs(rows, sizes)
        held = RowColumns(tuple(names), tuple((columns[of], within) for of, within in runs))
        return _features([(features[of], within) for of, within in runs]), y[rows], held

    def plain_part(rows: Rows) -> Features | None:
        runs = [(plain[of], within) for of, within in _runs(rows, sizes)]
        known = [(X, within) for X, within in runs if X is not None]
        return _features(known) if len(known) == len(runs) else None

    names = tuple(dataset.columns)
    X_train, y_train, of_train = part(train, names)
    X_test, y_test, of_test = part(test, tuple(dataset.test_columns))
    left = None
    if pool.size:
        X_pool, y_pool, of_pool = part(pool, names)
        left = PoolRows(X_pool, y_pool, weight[pool], of_pool, plain_part(pool))
    return replace(
        dataset,
        X_train=X_train,
        y_train=y_train,
        plain_train=plain_part(train),
        X_test=X_test,
        y_test=y_test,
        plain_test=plain_part(test),
        sample_weight_train=weight[train],
        columns=of_train,
        test_columns=of_test,
        origins=None if dataset.origins is None else dataset.origins.at(np.concatenate([train, test, pool])),
        pool=left,
    )


@dataclass(frozen=True)
class RowColumns(Values):
    """Name -> values of some rows of other columns, one source's rows after the other's, made when asked for."""

    names: tuple[str, ...]
    sources: tuple[tuple[Values, Rows], ...]

    def __getitem__(self, name: str) -> NDArray[np.object_]:
        if name not in self.names:
            raise KeyError(name)
        return np.concatenate([_held(values, name, rows) for values, rows in self.sources])

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def _held(values: Values, name: str, rows: Rows) -> NDArray[np.object_]:
    return values[name][rows] if name in values else np.full(rows.size, None, dtype=object)


def _runs(rows: Rows, sizes: Sequence[int]) -> list[tuple[int, Rows]]:
    """Runs of rows that come from one part: its number, and the rows as it counts them; of no rows an empty run."""
    if not rows.size:
        return [(0, rows)]
    starts = np.cumsum([0, *sizes])
    of = np.searchsorted(starts, rows, side="right") - 1
    cuts = np.flatnonzero(np.diff(of)) + 1
    pairs = zip(np.split(of, cuts), np.split(rows, cuts), strict=True)
    return [(int(part[0]), run - starts[part[0]]) for part, run in pairs]


def _features(sources: Sequence[tuple[Features, Rows]]) -> Features:
    parts = [X if np.array_equal(rows, np.arange(X.shape[0])) else _some(X, rows) for X, rows in sources]
    if len(parts) == 1:
        return parts[0]
    dense = [X for X in parts if isinstance(X, np.ndarray)]
    csr = [X for X in parts if isinstance(X, sparse.csr_array)]
    return np.concatenate(dense) if dense else sparse.vstack(csr, format="csr")


def _some(X: Features, rows: Rows) -> Features:
    return rows_of(X, rows) if isinstance(X, np.ndarray) else X[rows]
