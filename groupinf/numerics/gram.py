"""Gram matrices Xᵀ diag(a) X, and the sums of them that Hessians are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import numpy as np
from numpy.typing import NDArray

from groupinf.numerics.products import Array, Design

# multiplications of a Gram matrix from which on its sums are rearranged where that spares some: below, half a second at
# most, they are rounded as ever
DEAR_GRAM = 1e10
# numbers of X of which a copy is computed whole, 512 MiB; of more, of some rows at a time
MOST_COPIED = 2**26
# and of so many rows
COPIED_ROWS = 4096


def copied_slices(X: Design) -> Iterator[slice]:
    """Slices of rows of which copies are computed one after the other: the whole of X where that is small, or sparse,
    so that its sums are rounded as ever.
    """
    rows = COPIED_ROWS if isinstance(X, np.ndarray) and X.size > MOST_COPIED else X.shape[0]
    for start in range(0, max(1, X.shape[0]), max(1, rows)):
        yield slice(start, min(start + rows, X.shape[0]))


def stored_entries(X: Design) -> int:
    """Numbers that a product with X reads: n·p, or the non-zeros of CSR."""
    return int(X.size) if isinstance(X, np.ndarray) else int(X.nnz)


def is_dear(X: Design) -> bool:
    """Whether a Gram matrix of X takes so long that it is worth being spared."""
    return stored_entries(X) * int(X.shape[1]) > DEAR_GRAM


def weighted_gram(X: Design, a: Array) -> Array:
    """Xᵀ diag(a) X, dense (p, p); a may be negative."""
    slices = copied_slices(X)
    first = next(slices)
    total = _weighted_gram(X[first], a[first])
    for rows in slices:
        total += _weighted_gram(X[rows], a[rows])
    return total


def _weighted_gram(X: Design, a: Array) -> Array:
    if isinstance(X, np.ndarray):
        one_sign = bool(np.all(a >= 0.0)) or bool(np.all(a <= 0.0))
        if one_sign:
            root = X * np.sqrt(np.abs(a))[:, None]
            gram: Array = root.T @ root  # recognised as symmetric: half the work
            return gram if a.sum() >= 0.0 else np.negative(gram, out=gram)
        return X.T @ (X * a[:, None])
    return (X.T @ (X * a[:, None])).toarray()


def summed_curvature(
    X: Design, curvatures: Iterable[tuple[slice, Array]], outputs: int, flat: bool, threads: int = 1
) -> Array:
    """Σ_i (x_i x_iᵀ) ⊗ A_i (p·K', p·K') of the A_i (K', K') of slices of rows; A_i1 = 0 where it is ``flat``.

    Where that is dear columns that are 0 in every row are left out, and so are the pairs of outputs that others tell;
    blocks are summed by so many ``threads`` then, which change no number.
    """
    dear = is_dear(X)
    used = _used_columns(X) if dear else np.arange(X.shape[1])
    pairs = _pairs(outputs, beside_others=dear and flat)
    sums = np.zeros((len(pairs), used.size, used.size))
    with _mapping(threads if dear else 1) as mapped:
        for rows, A in curvatures:
            part = X[rows] if used.size == X.shape[1] else X[rows][:, used]
            list(mapped(partial(_add_gram, part, A), sums, pairs))
    return _assembled(sums, pairs, used, (X.shape[1], outputs))


def _used_columns(X: Design) -> NDArray[np.int64]:
    """The columns of X that are not 0 in every row."""
    return np.flatnonzero(X.any(axis=0)) if isinstance(X, np.ndarray) else np.unique(X.indices).astype(np.int64)


@contextmanager
def _mapping(threads: int) -> Iterator[Callable[..., Iterator[None]]]:
    """What maps a function over arguments: ``map``, or that of ``threads``, as NumPy lets others go on meanwhile."""
    if threads == 1:
        yield map
        return
    with ThreadPoolExecutor(threads) as pool:
        yield pool.map


def _add_gram(X: Design, A: Array, total: Array, pair: tuple[int, int]) -> None:
    total += weighted_gram(X, A[:, *pair])


def _pairs(outputs: int, beside_others: bool) -> list[tuple[int, int]]:
    """The outputs k ≥ m of which Σ_i (A_i)_km x_i x_iᵀ is summed: without k = m where A_i1 = 0 tells these."""
    return [(k, m) for k in range(outputs) for m in range(k + 1) if k != m or not beside_others]


def _assembled(sums: Array, pairs: list[tuple[int, int]], used: NDArray[np.int64], shape: tuple[int, int]) -> Array:
    """Σ_i (x_i x_iᵀ) ⊗ A_i, (p·K', p·K'), from its blocks of pairs of outputs on the ``used`` columns.

    Where pairs k = m are missing they are minus the sum of the others, which cancels nothing where these have one sign.
    """
    p, outputs = shape
    total = np.zeros((p, outputs, p, outputs))
    missing = (0, 0) not in pairs
    for block, (k, m) in zip(sums, pairs, strict=True):
        for first, second in {(k, m), (m, k)}:
            _put(total[:, first, :, second], block, used)
            if missing:
                _put(total[:, first, :, first], -block, used)
    return total.reshape(p * outputs, -1)


def _put(total: Array, block: Array, used: NDArray[np.int64]) -> None:
    """Add a block of some columns to that of all."""
    if used.size == total.shape[0]:
        total += block
    else:
        total[np.ix_(used, used)] += block
