"""What orders of inspection are worth: means over repeats, areas under curves, and which order is ahead of which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MEASURES = ("found_share", "precision", "test_accuracy", "test_loss")


def summary(repairs: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation over repeats (n − 1 in the denominator; NaN of one repeat) of each measure.

    Columns are order, inspected, share, repeats, and mean and deviation of each, as ``mean_found_share`` and
    ``deviation_found_share``; rows are in the order of ``repairs``.
    """
    grouped = repairs.groupby(["order", "inspected", "share"], sort=False)
    table = grouped.size().rename("repeats").reset_index()
    for measure in MEASURES:
        table[f"mean_{measure}"] = grouped[measure].mean().to_numpy()
        table[f"deviation_{measure}"] = grouped[measure].std(ddof=1).to_numpy()
    return table


def areas(repairs: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """For each order, by the name of a column, the area under its curve in each repeat over the largest share.

    By trapezoids over the shares inspected, so that it is a mean of the curve.
    """
    columns = {}
    for order, rows in repairs.groupby("order", sort=False):
        for measure, name in (("found_share", "found_area"), ("test_accuracy", "accuracy_area")):
            curves = rows.pivot(index="repeat", columns="share", values=measure).sort_index(axis=1)
            shares = curves.columns.to_numpy(dtype=np.float64)
            columns[f"{name}_{order}"] = np.trapezoid(curves.to_numpy(), shares, axis=1) / (shares[-1] - shares[0])
    return columns


def each_model_once(repairs: pd.DataFrame) -> pd.DataFrame:
    """The rows of models that are measured: before any row is inspected, a repeat has one model for all orders."""
    return repairs[(repairs["inspected"] > 0) | ~repairs.duplicated(["repeat", "inspected"])]


@dataclass(frozen=True)
class Lead:
    """Two orders by one measure: at which shares the mean of ``first`` is above that of ``second`` by more than their
    standard deviations together, ``ahead``, and where it is ``behind`` by as much; of all ``shares`` above 0.
    ``wins`` counts the repeats, of ``repeats``, in which the area under the curve of the first is larger, ``losses``
    those in which that of the second is.
    """

    first: str
    second: str
    shares: tuple[float, ...]
    ahead: tuple[float, ...]
    behind: tuple[float, ...]
    wins: int
    losses: int
    repeats: int

    @property
    def ties(self) -> int:
        """Repeats in which the two areas are equal."""
        return self.repeats - self.wins - self.losses

    def turned(self) -> Lead:
        """The same of the second order against the first."""
        return Lead(self.second, self.first, self.shares, self.behind, self.ahead, self.losses, self.wins, self.repeats)


def leads(table: pd.DataFrame, repeats: pd.DataFrame, measure: str, area: str) -> Iterator[Lead]:
    """Each pair of orders, as a :func:`summary` and the areas of each repeat, in columns ``area``_ORDER, tell."""
    inspected = table[table["inspected"] > 0]
    for first, second in combinations(table["order"].unique(), 2):
        one, other = (inspected[inspected["order"] == order] for order in (first, second))
        difference = one[f"mean_{measure}"].to_numpy() - other[f"mean_{measure}"].to_numpy()
        spread = one[f"deviation_{measure}"].to_numpy() + other[f"deviation_{measure}"].to_numpy()
        shares = one["share"].to_numpy()
        larger = (repeats[f"{area}_{first}"] - repeats[f"{area}_{second}"]).to_numpy()
        yield Lead(
            first=first,
            second=second,
            shares=tuple(shares),
            ahead=tuple(shares[difference > spread]),
            behind=tuple(shares[-difference > spread]),
            wins=int((larger > 0).sum()),
            losses=int((larger < 0).sum()),
            repeats=len(repeats),
        )
