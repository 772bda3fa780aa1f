"""Ranks of numbers: 1 is the least."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


def average_ranks(values: Numbers) -> Numbers:
    """Ranks along the last axis, equal numbers at the mean of theirs; NaN all along it where one is NaN."""
    order, first, last = _sorted(values)
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, 0.5 * (first + last), axis=-1)
    ranks[np.isnan(values).any(axis=-1)] = np.nan
    return ranks


def best_ranks(values: Numbers) -> Places:
    """Ranks along the last axis, equal numbers at the least of theirs."""
    order, first, _ = _sorted(values)
    ranks = np.empty(values.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, first, axis=-1)
    return ranks


def _sorted(values: Numbers) -> tuple[NDArray[np.intp], Places, Places]:
    """What sorts the numbers along the last axis, and the first and the last of the ranks that each of the sorted ones
    shares with its equals.
    """
    order = np.argsort(values, axis=-1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=-1)
    first = np.broadcast_to(np.arange(1, values.shape[-1] + 1), values.shape)
    same = ordered[..., 1:] == ordered[..., :-1]
    if not same.any():
        return order, first, first
    edge, n = np.zeros((*values.shape[:-1], 1), dtype=bool), values.shape[-1]
    starts = np.maximum.accumulate(np.where(np.concatenate([edge, same], axis=-1), 0, first), axis=-1)
    ends = np.where(np.concatenate([same, edge], axis=-1), n, first)
    return order, starts, np.minimum.accumulate(ends[..., ::-1], axis=-1)[..., ::-1]
