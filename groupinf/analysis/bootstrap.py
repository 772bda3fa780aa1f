"""Spearman's ρ in resamples of the groups: nothing is sorted again, and what has the same order is computed once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[Any]
# counts held at a time: a few such arrays stay inside a processor's cache
_CELLS_AT_ONCE = 1 << 17
# rows of a running sum that are added one after the other; the sums of so many are added up afterwards
_STEP = 16


def resample_counts(n_groups: int, resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """How often each of ``n_groups`` is drawn in each resample (with replacement, n_groups draws).

    Yields blocks (n_groups, b) whose b add up to ``resamples``. The stream depends on the seed and the
    number of groups alone, so that equal sets of groups get equal intervals.
    """
    rng = np.random.default_rng([seed, n_groups])
    step = max(1, _CELLS_AT_ONCE // n_groups)
    for start in range(0, resamples, step):
        b = min(step, resamples - start)
        drawn = rng.integers(n_groups, size=(b, n_groups)) * b + np.arange(b)[:, None]
        yield np.bincount(drawn.ravel(), minlength=n_groups * b).reshape(n_groups, b)


def bootstrap_spearman(
    predicted: NDArray[np.float64], actual: NDArray[np.float64], resamples: int, seed: int
) -> NDArray[np.float64]:
    """Spearman's ρ in every resample of the groups, ties by average rank: (M, E, resamples).

    ``predicted`` (M, E, G) and ``actual`` (E, G) are average ranks; all M·E coefficients see the same resamples. NaN
    where a resample holds a single value, or a rank is NaN. Twice the ranks are whole numbers, whose products add up to
    no more than 2G³/3, and to G³/3 less their mean: sums are exact for up to 200,000 groups, in whatever order.
    """
    n_methods, n_measures, n_groups = predicted.shape
    orders, (number, sign) = _distinct(np.concatenate([predicted.reshape(-1, n_groups), actual]))
    x, turned = (of[:-n_measures].reshape(n_methods, n_measures) for of in (number, sign))
    y, turned = np.broadcast_to(number[-n_measures:], x.shape), turned * sign[-n_measures:]
    known = (x >= 0) & (y >= 0)
    pairs, which = np.unique(np.stack([y[known], x[known]]), axis=1, return_inverse=True)
    of_blocks = [
        _correlations(orders, pairs.T.tolist(), counts.astype(_whole_numbers(n_groups)))
        for counts in resample_counts(n_groups, resamples, seed)
    ]
    rho = np.full((n_methods, n_measures, resamples), np.nan)
    rho[known] = turned[known][:, None] * np.concatenate(of_blocks, axis=1)[which.reshape(-1)] + 0.0  # no -0
    return rho


def _whole_numbers(n_groups: int) -> type[np.int32 | np.float64]:
    """What holds sums of products and is quick: integers of 32 bits where G³/3 fits. A sum of them may pass 2³¹ on the
    way and wrap around: it comes back.
    """
    return np.int32 if n_groups**3 < 3 << 31 else np.float64


def _correlations(orders: list[_Order], pairs: list[list[int]], counts: Counts) -> NDArray[np.float64]:
    """ρ of each of the ``pairs`` of orders, those of the same first one together, in the resamples of ``counts``."""
    n_groups, b = counts.shape
    rho = np.empty((len(pairs), b))
    cubes = (counts.astype(np.float64) ** 3).sum(axis=0)
    counts, weighted = (np.concatenate([rows, np.zeros_like(counts[:1])]) for rows in (counts, counts))
    last = -1
    for i, (first, second) in enumerate(pairs):
        if first != last:
            ranks, norm = orders[first].ranks(counts, cubes)
            np.multiply(counts[:-1], ranks[orders[first].place] - n_groups, out=weighted[:-1])
            last = first
        ranks, other_norm = orders[second].ranks(counts, cubes)
        with np.errstate(invalid="ignore"):
            rho[i] = 0.25 * np.einsum("gb,gb->b", weighted[orders[second].rows], ranks) / (norm * other_norm)
    return rho


@dataclass(frozen=True)
class _Order:
    """An order of the groups, dealt out so that the first of each _STEP of them come first, then the second of each.

    ``rows`` has the groups so, and G, of which there are none, where the last _STEP are fewer; ``place`` (G,) is where
    each group stands in it. Of the T that share a rank with others, at the places ``tied`` (T,), there are K sets, each
    from the place ``starts`` to ``ends`` (K,); ``which`` (T,) of these each is in.
    """

    rows: NDArray[np.intp]
    place: NDArray[np.intp]
    tied: NDArray[np.intp]
    which: NDArray[np.intp]
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]

    @classmethod
    def of(cls, ranks: NDArray[np.int32]) -> _Order:
        """The order of ranks (G,), of which some may be the same."""
        n_groups = ranks.size
        order = np.argsort(ranks, kind="stable")
        steps = -(-n_groups // _STEP)
        dealt = np.append(order, np.full(steps * _STEP - n_groups, n_groups)).reshape(steps, _STEP).T.reshape(-1)
        place = np.argsort(dealt, kind="stable")[:n_groups]
        _, starts, which, times = np.unique(ranks[order], return_index=True, return_inverse=True, return_counts=True)
        several = times > 1
        tied = np.flatnonzero(several[which])
        number, starts, ends = (np.cumsum(several) - 1)[which[tied]], starts[several], (starts + times - 1)[several]
        return cls(dealt, place, place[order[tied]], number, place[order[starts]], place[order[ends]])

    def ranks(self, counts: Counts, cubes: NDArray[np.float64]) -> tuple[Counts, NDArray[np.float64]]:
        """Of the groups in ``rows``, in every resample, twice the average rank less 1, (rows, b), and the norm of the
        ranks less their mean, (b,); ``counts`` (G + 1, b), the last row 0, ``cubes`` the sums of their cubes.

        A value drawn t times, with c draws below it, has average rank c + (t + 1)/2; the mean rank is (G + 1)/2, and
        the squares of ranks less it add up to (G³ − Σt³)/12, t over the values.
        """
        times = counts[self.rows]
        ranks = _running_sums(times)
        if self.tied.size:
            below, up_to = ranks[self.starts] - times[self.starts], ranks[self.ends] + times[self.ends]
            ranks[self.tied] = ((below + up_to) // 2)[self.which]
            one_by_one, together = times[self.tied].astype(np.float64), 0.5 * (up_to - below)
            cubes = cubes - (one_by_one**3).sum(axis=0) + (together**3).sum(axis=0)
        return ranks, np.sqrt((float(self.place.size) ** 3 - cubes) / 12.0)


def _running_sums(terms: Counts) -> Counts:
    """Of terms that were dealt out, (_STEP·s, b), the sum up to each and the sum before it, added up."""
    part = terms.reshape(_STEP, -1, terms.shape[1])
    sums = np.empty_like(part)
    sums[0] = part[0]
    total = part[0].copy()
    for i in range(1, _STEP):
        np.add(total, total, out=sums[i])
        sums[i] += part[i]
        total += part[i]
    before = 2 * (np.cumsum(total, axis=0, dtype=terms.dtype) - total)
    sums += before
    return sums.reshape(terms.shape)


def _distinct(ranks: NDArray[np.float64]) -> tuple[list[_Order], tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """The orders of ``ranks`` (N, G), each once; and of all N the number of the order, -1 where a rank is NaN, and the
    sign, -1 where it is the order backwards.
    """
    known: dict[bytes, int] = {}
    orders: list[_Order] = []
    number, sign = np.full(len(ranks), -1), np.ones(len(ranks))
    for i in np.flatnonzero(~np.isnan(ranks).any(axis=1)):
        doubled = (2.0 * ranks[i] - (ranks.shape[1] + 1)).astype(np.int32)
        forwards, backwards = doubled.tobytes(), (-doubled).tobytes()
        if backwards < forwards:
            doubled, sign[i] = -doubled, -1.0
        key = min(forwards, backwards)
        if key not in known:
            known[key] = len(orders)
            orders.append(_Order.of(doubled))
        number[i] = known[key]
    return orders, (number, sign)
