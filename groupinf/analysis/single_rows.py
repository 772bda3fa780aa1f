"""Which single training rows matter: the strongest of them, and what may be said of all.

Tables are those of ``points`` of a run: a row for each training row, evaluation and test point, with its ``influence``,
leave-one-out by ``newton`` and, where it was retrained without the row, its ``actual`` effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from groupinf.analysis.agreement import rank_correlation

Measure = tuple[str, int]

# share of the rows whose leverage is called high, and so many at most: of many rows a tenth are like the others
HIGH, MOST_HIGH = 0.1, 100
# fewer rows have no tenth, and no order that is told from chance
FEWEST = 20
# of random orders of n rows |ρ| is above so many times 1/√(n − 1) in one of twenty
CHANCE = 1.96


@dataclass(frozen=True)
class Retrained:
    """Effects of rows that were retrained alone: their number, the largest |actual|, and how far predictions are off at
    most, NaN of Newton where none is known.
    """

    count: int
    largest: float
    newton_off: float
    influence_off: float


@dataclass(frozen=True)
class ByLeverage:
    """Newton ÷ influence in the median of ``count`` rows of high leverage, of ``least`` or more, and of the others."""

    high: float
    others: float
    count: int
    least: float


def measures_in(points: pd.DataFrame) -> list[Measure]:
    """The evaluations of the table on each of their test points, in its order."""
    found = points[["evaluation", "test_point"]].drop_duplicates()
    return [(str(name), int(point)) for name, point in found.itertuples(index=False)]


def of_measure(points: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """The training rows on one of them."""
    evaluation, point = measure
    return points[(points["evaluation"] == evaluation) & (points["test_point"] == point)]


def strongest(rows: pd.DataFrame, most: int, rises: bool) -> pd.DataFrame:
    """Of the rows on one measure those whose removal raises what is measured most by their influence, or lowers it; of
    ties the first. A row that does the other, or nothing, is none of them.
    """
    influence = rows.influence.to_numpy()
    signed = influence if rises else -influence
    order = np.argsort(-np.where(np.isnan(signed), -np.inf, signed), kind="stable")[:most]
    return rows.iloc[[int(i) for i in order if signed[i] > 0.0]]


def largest_influence(points: pd.DataFrame) -> pd.Series[Any] | None:
    """The line of the largest |influence|, of ties the first; None where no row has any."""
    sizes = np.nan_to_num(np.abs(points.influence.to_numpy(dtype=np.float64)), nan=0.0)
    return None if not sizes.any() else points.iloc[int(np.argmax(sizes))]


def retrained(points: pd.DataFrame) -> Retrained | None:
    """What retraining says of the lines of the table that have actual effects, beside predictions; None without any."""
    own = points[points["actual"].notna()]
    if own.empty:
        return None
    by_newton, by_influence = (float((of - own["actual"]).abs().max()) for of in (own.newton, own.influence))
    return Retrained(len(own), float(own["actual"].abs().max()), by_newton, by_influence)


def by_leverage(points: pd.DataFrame) -> ByLeverage | None:
    """Newton ÷ influence by leverage; None of fewer than FEWEST rows that have both, or where leverages are alike.

    High are the leverages of the HIGH share of rows with the largest, of MOST_HIGH at most, and of any that tie.
    """
    known = points[points["leverage"].notna() & points.newton.notna() & (points.influence.abs() > 0.0)]
    of_rows = np.sort(known.drop_duplicates("row")["leverage"].to_numpy())[::-1]
    if of_rows.size < FEWEST:
        return None
    least = float(of_rows[min(int(HIGH * of_rows.size), MOST_HIGH) - 1])
    high = known["leverage"].to_numpy() >= least
    if high.all():
        return None
    ratio = (known.newton / known.influence).to_numpy()
    count = int((of_rows >= least).sum())
    return ByLeverage(float(np.median(ratio[high])), float(np.median(ratio[~high])), count, least)


def nearness(rows: pd.DataFrame) -> float:
    """Spearman's ρ of |influence| and the distance to the test point on one measure; NaN of fewer than FEWEST rows, or
    without distances.
    """
    known = rows[rows["distance"].notna() & rows.influence.notna()]
    if len(known) < FEWEST:
        return float("nan")
    return float(rank_correlation(known.influence.abs().to_numpy(), known["distance"].to_numpy()))


def told_from_chance(rho: float, n: int) -> bool:
    """Whether |ρ| of n rows is larger than chance makes it in nineteen of twenty."""
    return bool(abs(rho) > CHANCE / np.sqrt(n - 1))


def suspicion(points: pd.DataFrame) -> str:
    """The column that tells suspects: how far a row's own loss rises without it by Newton, or, where that is known of
    no row, its loss.
    """
    return "self_newton" if points["self_newton"].notna().any() else "loss"


def suspects(points: pd.DataFrame, most: int) -> pd.DataFrame:
    """The training rows of largest :func:`suspicion`, largest first, of ties the first: each once. Rows of which it is
    not known are none of them.
    """
    once, told = points.drop_duplicates("row"), suspicion(points)
    known = once[once[told].notna()]
    return known.iloc[np.argsort(-known[told].to_numpy(), kind="stable")[:most]]


def same_label(rows: pd.DataFrame, labels: NDArray[np.object_]) -> int:
    """How many rows have the label that stands for their test point in ``labels``."""
    return int((rows["label"].to_numpy(dtype=object) == labels).sum())
