"""One statement: the fewest rows that each order finds to flip it, and how few could do it at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.evaluations.evaluation import ParameterNames
from groupinf.effects.row_orders.row_order import SIGNS, RowOrder
from groupinf.errors import ConvergenceError
from groupinf.experiments.study import Arrays
from groupinf.numerics.approximate_leave_one_out import work_of_blocks
from groupinf.numerics.fit import Fitted
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows
from groupinf.numerics.rounding import SLACK, gamma
from groupinf.studies.robustness.manifest import Statement
from groupinf.studies.robustness.questions.question import Posed, Posing, Question, Route
from groupinf.studies.robustness.refits import Refits
from groupinf.studies.robustness.search import CLEARLY, Found, checked, margin, nearest_route, search
from groupinf.theory.fewest_rows.at_fit import RowsAtFit, direction_of
from groupinf.theory.fewest_rows.fewest import fewest_rows

# rows that an order is asked for which fits the model anew for them, and multiplications that their steps may take:
# some ten seconds of one core, with the fits between them
MOST_REFITTED, MOST_WORK = 200, 2e10
NONE = -1


@dataclass(frozen=True)
class Robustness:
    """What every statement is answered from: the fit, the test rows, the ``questions`` and the ``statements`` that they
    are about, the ``orders`` and how many rows they may take at ``most``; and what is proven of single ``rows``, None
    where nothing is.
    """

    refits: Refits
    test: Objective
    names: ParameterNames
    classes: tuple[str, ...]
    questions: tuple[Question, ...]
    statements: tuple[Statement, ...]
    orders: tuple[RowOrder, ...]
    most: int
    rows: RowsAtFit | None


@dataclass(frozen=True)
class OfOrder:
    """What an order found, as numbers, NONE where there is none: as ``Found`` has it, and with the ``after`` of the
    rows found: the value of the model refitted without them, taken to rounding, its estimated ``error``, and its
    ``state``. ``flips`` says that this is beyond the boundary by more than the error.
    """

    looked_up: int
    predicted: int
    first: int
    whole: bool
    minimal: bool
    flips: bool
    after: float
    error: float
    state: str
    rows: Rows
    counts: Rows
    values: Array
    predictions: Array


@dataclass(frozen=True)
class Answer:
    """Of one statement: its ``value`` and ``state`` at the fit, the ``boundary`` and the way there (``rise`` is 1, 0
    where nothing can be asked), at least how many rows it takes (``least``, NONE where that is not at hand, one more
    than were looked for where no fewer do), and what each order found.
    """

    value: float
    state: str
    boundary: float
    rise: int
    least: int
    orders: tuple[OfOrder, ...]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For the file of a block."""
        own = {f.name: np.array(getattr(self, f.name)) for f in fields(self) if f.name != "orders"}
        of_orders = {
            f"{i}_{f.name}": np.array(getattr(one, f.name)) for i, one in enumerate(self.orders) for f in fields(one)
        }
        return {**own, **of_orders, "count": np.array(len(self.orders))}


def answer_from(arrays: Mapping[str, NDArray[Any]]) -> Answer:
    """The answer that ``Answer.arrays`` told."""

    def plain(key: str) -> Any:
        return arrays[key].item() if arrays[key].ndim == 0 else arrays[key]

    orders = [OfOrder(**{f.name: plain(f"{i}_{f.name}") for f in fields(OfOrder)}) for i in range(plain("count"))]
    own = {f.name: plain(f.name) for f in fields(Answer) if f.name != "orders"}
    return Answer(**own, orders=tuple(orders))


def compute_statement(study: Robustness, numbers: range) -> Arrays:
    """The answer to the statement that a block holds; raises ConvergenceError, naming it, where a refit fails."""
    [number] = numbers
    statement = study.statements[number]
    try:
        return answer(study, statement).arrays()
    except ConvergenceError as error:
        raise ConvergenceError(f"{statement.name}: {error}") from error


def answer(study: Robustness, statement: Statement) -> Answer:
    """All that is found of one statement; it does not depend on which others there are."""
    fitted = study.refits.fitted
    to = Posing(fitted, study.test, study.names, study.classes)
    posed = study.questions[statement.question].posed(to, statement.number)
    if not posed.routes:
        return Answer(np.nan, posed.state(fitted), np.nan, 0, NONE, ())
    route = nearest_route(fitted, posed, study.most)
    least = least_rows(study.rows, fitted, posed, study.most)
    found: list[OfOrder] = []
    for order in study.orders:
        most = _most(order, found, fitted, study.most, least)
        one = search(study.refits, posed, route, order, most, max(least, 1))
        found.append(_of_order(study.refits, posed, route, one))
    return Answer(
        value=route.target.value(fitted),
        state=posed.state(fitted),
        boundary=route.boundary,
        rise=int(SIGNS[route.side]),
        least=least,
        orders=tuple(found),
    )


def least_rows(rows: RowsAtFit | None, fitted: Fitted, posed: Posed, most: int) -> int:
    """At least how many rows any route takes, proven, at most ``most`` + 1; NONE where a route is not linear in θ, or
    nothing is proven of single rows.
    """
    if rows is None:
        return NONE
    least = most + 1
    for route in posed.routes:
        if route.c is None:
            return NONE
        # of the product, and of coordinates that stand for features
        size = float(np.linalg.norm(route.c) * np.linalg.norm(fitted.theta))
        rounding = 4.0 * gamma(route.c.size + 2) * size + gamma(2) * abs(route.boundary)
        gap = (abs(route.target.value(fitted) - route.boundary) - SLACK * rounding) / SLACK
        least = min(least, fewest_rows(rows, direction_of(rows, route.c, SIGNS[route.side]), gap, least - 1))
    return least


def _most(order: RowOrder, found: list[OfOrder], fitted: Fitted, most: int, least: int) -> int:
    """How many rows an order is asked for: of one that refits no more than another has needed already."""
    if not order.refits:
        return most
    needed = [one.rows.size for one in found if one.flips]
    affordable = int(min(MOST_REFITTED, MOST_WORK / work_of_blocks(fitted)))
    return 0 if least > most else min([most, affordable, *needed])


def _of_order(refits: Refits, posed: Posed, route: Route, one: Found) -> OfOrder:
    after, error, state, flips = np.nan, np.nan, "", False
    if one.rows.size:
        fit, after, error = checked(refits, posed, route, one.rows)
        beyond = margin(posed, fit)
        state, flips = posed.state(fit), beyond > error + CLEARLY * abs(route.beyond(one.values[0]))
    return OfOrder(
        looked_up=one.looked_up,
        predicted=NONE if one.predicted is None else one.predicted,
        first=NONE if one.first is None else one.first,
        whole=one.whole,
        minimal=one.minimal,
        flips=bool(flips),
        after=float(after),
        error=float(error),
        state=state,
        rows=one.rows,
        counts=one.counts,
        values=one.values,
        predictions=one.predictions,
    )
