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
# of what a score or a loss is: a few times the distance of neighbouring numbers at 1
ROUNDING = 1e-15
# of the largest influence on a measure: solves with a factor leave less, and those by cg about a tenth of this
SMALLEST = 1e-9
# of random orders of n rows |ρ| is above so many times 1/√(n − 1) in one of twenty
CHANCE = 1.96


@dataclass(frozen=True)
class Retrained:
    """Effects of rows that were retrained alone: their number, the largest |actual| and the largest error estimate, how
    far predictions are off at most, NaN of Newton where none is known, and of how many Newton is known.
    """

    count: int
    largest: float
    error: float
    newton_off: float
    influence_off: float
    newton_count: int


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


def telling(points: pd.DataFrame) -> pd.DataFrame:
    """The lines of the table whose influence is above its error: above ROUNDING of the largest loss or |score| of a
    row, whichever is smaller, and SMALLEST of the largest influence on the same measure.

    What is measured is a function of scores, so that less of it is not seen in a difference of two of its values; of a
    hinge loss far from its kink, influence is less, and the effect 0.
    """
    sizes = [float(points[name].abs().max()) for name in ("loss", "score") if points[name].notna().any()]
    influence = points.influence.abs()
    largest = influence.groupby([points["evaluation"], points["test_point"]]).transform("max")
    return points[(influence > ROUNDING * min(sizes, default=0.0)) & (influence > SMALLEST * largest)]


def strongest(rows: pd.DataFrame, most: int, rises: bool) -> pd.DataFrame:
    """Of the rows on one measure those whose removal raises what is measured most by their influence, or lowers it; of
    ties the first. A row that does the other, or nothing that is :func:`telling`, is none of them.
    """
    rows = telling(rows)
    influence = rows.influence.to_numpy()
    signed = influence if rises else -influence
    order = np.argsort(-signed, kind="stable")[:most]
    return rows.iloc[[int(i) for i in order if signed[i] > 0.0]]


def largest_influence(points: pd.DataFrame) -> pd.Series[Any] | None:
    """The line of the largest |influence|, of ties the first; None where none is :func:`telling`."""
    known = telling(points)
    return None if known.empty else known.iloc[int(np.argmax(known.influence.abs().to_numpy()))]


def retrained(points: pd.DataFrame) -> Retrained | None:
    """What retraining says of the lines of the table that have actual effects, beside predictions; None without any.

    Measures on which no actual effect is above its error estimate are left out, where there are others.
    """
    own = points[points["actual"].notna()]
    if own.empty:
        return None
    above = own["actual"].abs() > own["error_estimate"]
    seen = above.groupby([own["evaluation"], own["test_point"]]).transform("any")
    own = own[seen] if seen.any() else own
    by_newton, by_influence = (float((of - own["actual"]).abs().max()) for of in (own.newton, own.influence))
    largest, error = float(own["actual"].abs().max()), float(own["error_estimate"].max())
    return Retrained(len(own), largest, error, by_newton, by_influence, int(own.newton.notna().sum()))


def by_leverage(points: pd.DataFrame) -> ByLeverage | None:
    """Newton ÷ influence by leverage, of lines that are :func:`telling`; None of fewer than FEWEST rows that have both,
    or where leverages are alike.

    High are the leverages of the HIGH share of rows with the largest, of MOST_HIGH at most, and of any that tie.
    """
    own = telling(points)
    known = own[own["leverage"].notna() & own.newton.notna()]
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
    """Spearman's ρ of |influence| and the distance to the test point on one measure, of rows that are :func:`telling`;
    NaN of fewer than FEWEST rows, or without distances.
    """
    own = telling(rows)
    known = own[own["distance"].notna()]
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
