"""What λ/n does to orders of inspection: where each is at its best and at its worst, and which is ahead at each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

# means of shares that differ by less, relatively, differ by rounding
_SAME = 1e-12


@dataclass(frozen=True)
class Span:
    """The means over repeats of one order: the ``least`` and the ``most`` of all λ/n, and the λ/n at which they are.

    ``more`` and ``less`` count the repeats, of ``repeats``, in which the first λ/n of the most gives more, or less,
    than the first of the least; flips are the same at both.
    """

    order: str
    least: float
    least_at: tuple[float, ...]
    most: float
    most_at: tuple[float, ...]
    more: int
    less: int
    repeats: int


def spans(repairs: pd.DataFrame, measure: str) -> Iterator[Span]:
    """A span of each order, in the order of ``repairs``: rows of all λ/n after the same number of inspected rows.

    Columns lam_over_n, order, repeat and ``measure``.
    """
    for order, rows in repairs.groupby("order", sort=False):
        by_value = rows.pivot(index="repeat", columns="lam_over_n", values=measure).sort_index(axis=1)
        means = by_value.mean()
        least, most = float(means.min()), float(means.max())
        least_at, most_at = (tuple(map(float, _where(means, end))) for end in (least, most))
        rise = (by_value[most_at[0]] - by_value[least_at[0]]).to_numpy()
        yield Span(
            order=str(order),
            least=least,
            least_at=least_at,
            most=most,
            most_at=most_at,
            more=int((rise > 0).sum()),
            less=int((rise < 0).sum()),
            repeats=len(by_value),
        )


def ahead(repairs: pd.DataFrame, measure: str) -> dict[tuple[str, ...], tuple[float, ...]]:
    """By the orders whose mean is the largest, several where they are level: at which λ/n, rising."""
    means = repairs.groupby(["lam_over_n", "order"], sort=False)[measure].mean().unstack("order")
    places: dict[tuple[str, ...], tuple[float, ...]] = {}
    for value, row in means[list(repairs["order"].unique())].sort_index().iterrows():
        orders = tuple(map(str, _where(row, float(row.max()))))
        places[orders] = (*places.get(orders, ()), float(str(value)))
    return places


def _where(means: pd.Series, end: float) -> list[Any]:
    return list(means.index[np.isclose(means.to_numpy(dtype=np.float64), end, rtol=_SAME, atol=0.0)])
