"""The fewest rows, taken in an order, whose removal flips a statement, by exact refits.

The first rows of an order, so many that the statement flips, are looked for where the order predicts it, then by
doubling and bisection, and among all smaller numbers where these are not too many: a value need not move one way. Of
the rows that are found those are put back without which it flips as well, until it does not without any single one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from groupinf.effects.row_orders.row_order import SIGNS, RowOrder, influences
from groupinf.numerics.fit import Fitted
from groupinf.numerics.objective import Rows
from groupinf.studies.robustness.questions.question import Posed, Route
from groupinf.studies.robustness.refits import Refits

# numbers of rows below the one that was found up to which each is tried
MOST_TRIED = 128
# rows of a found set up to which putting back each is tried
MOST_PUT_BACK = 128
# a value is beyond a boundary where it is by more than this share of how far the fit to all rows is from it
CLEARLY = 1e-9


@dataclass(frozen=True)
class Found:
    """What an order found.

    ``predicted`` is the number of rows at which the order's own prediction flips the statement, ``first`` that of the
    first rows whose removal does, by refits, ``whole`` says that no smaller number of first rows does; None where there
    is none among the ``looked_up`` rows. ``rows`` are the fewest that were found, empty where nothing was, and
    ``minimal`` says that none of them can stay. ``counts`` and ``values`` are of all first rows that were refitted
    without, 0 among them, ``predictions`` what the order predicts there, NaN where it does not.
    """

    ordered: Rows
    looked_up: int
    predicted: int | None
    first: int | None
    whole: bool
    rows: Rows
    minimal: bool
    counts: Rows
    values: np.ndarray
    predictions: np.ndarray


@dataclass
class _Prefixes:
    """The first rows of an order, refitted without when they are asked for: what a search has seen so far."""

    refits: Refits
    posed: Posed
    route: Route
    ordered: Rows
    clearly: float
    values: dict[int, float] = field(default_factory=dict)
    flips: dict[int, bool] = field(default_factory=dict)

    def look(self, counts: list[int]) -> None:
        new = [m for m in counts if m not in self.values]
        for m, fit in zip(new, self.refits.without([self.ordered[:m] for m in new]), strict=True):
            self.values[m] = self.route.target.value(fit)
            self.flips[m] = margin(self.posed, fit) > self.clearly

    def flipped(self, m: int) -> bool:
        self.look([m])
        return self.flips[m]


def margin(posed: Posed, fit: Fitted) -> float:
    """How far a fit is beyond the boundary of a route, the farthest of all."""
    return max(route.beyond(route.target.value(fit)) for route in posed.routes)


def nearest_route(fitted: Fitted, posed: Posed, most: int) -> Route:
    """The route that influence predicts to take the fewest rows; where none is long enough, the one that gets nearest.

    The first of ties.
    """
    return min(posed.routes, key=lambda route: _rows_needed(fitted, route, most))


def _rows_needed(fitted: Fitted, route: Route, most: int) -> tuple[int, float]:
    gains = np.sort(SIGNS[route.side] * influences(fitted, route.target))[::-1][:most]
    gap = -route.beyond(route.target.value(fitted))
    reached = np.cumsum(np.maximum(gains, 0.0))
    beyond = np.flatnonzero(reached > gap)
    return (int(beyond[0]) + 1 if beyond.size else most + 1, float(gap - reached[-1]))


def search(refits: Refits, posed: Posed, route: Route, order: RowOrder, most: int, least: int) -> Found:
    """What an order finds among its first ``most`` rows, where fewer than ``least`` are known not to do.

    Raises ConvergenceError where a refit does not converge.
    """
    fitted = refits.fitted
    ordered = order.order(fitted, route.target, route.side, most)
    start = route.target.value(fitted)
    predictions = _predictions(order, fitted, route, ordered)
    predicted = _first_beyond(route, predictions)
    seen = _Prefixes(refits, posed, route, ordered, CLEARLY * abs(route.beyond(start)), {0: start}, {0: False})
    first = _first_flip(seen, predicted)
    whole = first is not None and first <= MOST_TRIED
    if first is not None and whole:
        seen.look(list(range(1, first)))
        first = min(m for m, flips in seen.flips.items() if flips)
    rows = ordered[: first or 0]
    minimal = 0 < rows.size <= MOST_PUT_BACK
    counts = np.array(sorted(seen.values), dtype=np.int64)
    return Found(
        ordered=ordered,
        looked_up=ordered.size,
        predicted=predicted,
        first=first,
        whole=whole,
        rows=put_back(refits, posed, rows, seen.clearly, least) if minimal else rows,
        minimal=minimal,
        counts=counts,
        values=np.array([seen.values[m] for m in counts.tolist()]),
        predictions=np.concatenate([[start], predictions])[counts],
    )


def _predictions(order: RowOrder, fitted: Fitted, route: Route, ordered: Rows) -> np.ndarray:
    """The value that an order predicts without its first 1, 2, … rows; NaN where it predicts none."""
    effects = order.effects(fitted, route.target)
    if effects is None:
        return np.full(ordered.size, np.nan)
    return np.asarray(route.target.value(fitted) + np.cumsum(effects[ordered]))


def _first_beyond(route: Route, predictions: np.ndarray) -> int | None:
    past = np.flatnonzero(SIGNS[route.side] * (predictions - route.boundary) > 0.0)
    return int(past[0]) + 1 if past.size else None


def _first_flip(seen: _Prefixes, predicted: int | None) -> int | None:
    """A number of first rows that flips the statement where one row less does not; None where none is seen."""
    most = seen.ordered.size
    if most == 0:
        return None
    low, high = 0, min(predicted or 1, most)
    while not seen.flipped(high):
        if high == most:
            return None
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if seen.flipped(middle) else (middle, high)
    return high


def put_back(refits: Refits, posed: Posed, rows: Rows, clearly: float, least: int) -> Rows:
    """The rows without those that can stay, one by one the one without which the statement is flipped by most."""
    while rows.size > least:
        fits = refits.without([np.delete(rows, i) for i in range(rows.size)])
        margins = [margin(posed, fit) for fit in fits]
        best = int(np.argmax(margins))
        if not margins[best] > clearly:
            break
        rows = np.delete(rows, best)
    return rows


def checked(refits: Refits, posed: Posed, route: Route, rows: Rows) -> tuple[Fitted, float, float]:
    """The fit without the rows, taken to rounding by itself, its value, and an estimate of how far that is off."""
    fit = refits.polished(rows)
    off = 2.0 * abs(float(route.target.slopes(fit) @ fit.left))
    return fit, route.target.value(fit), off
