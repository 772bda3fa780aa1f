"""The smallest number of first rows is found although a value turns back, and rows that did nothing are put back."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
import pytest

from groupinf.effects.row_orders.row_order import RowOrder
from groupinf.effects.targets import Linear
from groupinf.numerics.change import removing
from groupinf.numerics.engine import choose_engine
from groupinf.numerics.fit import fit
from groupinf.numerics.intercept import Intercept
from groupinf.numerics.losses.registry import loss_for
from groupinf.numerics.objective import Objective
from groupinf.studies.robustness.questions.question import Posed, Route
from groupinf.studies.robustness.refits import Refits
from groupinf.studies.robustness.search import nearest_route, search

# a mean of targets, with the weakest of penalties: each row's removal is plain arithmetic
Y = np.array([5.0, -4.0, 0.2, 5.2, -5.0, 0.0, 0.0])
MEAN = Linear(np.ones(1))
FALL = Route(MEAN, "fall", c=MEAN.c)


class Given(RowOrder):
    """Rows as they are given, with the effects that are claimed of them."""

    name: ClassVar = "given"
    label: ClassVar = "Given"
    in_text: ClassVar = "as given"
    equation: ClassVar = ""
    source: ClassVar = ""

    row_order: Literal["given"] = "given"
    rows: tuple[int, ...]
    claimed: float | None = None

    def order(self, fitted: Any, target: Any, side: Any, most: int) -> Any:
        return np.array(self.rows[:most])

    def effects(self, fitted: Any, target: Any) -> Any:
        return None if self.claimed is None else np.full(Y.size, self.claimed)


@pytest.fixture(scope="module")
def refits() -> Refits:
    objective = Objective(np.ones((Y.size, 1)), Y, np.ones(Y.size), 1e-9, loss_for(0), intercept=Intercept.NONE)
    fitted = fit(objective)
    return Refits(fitted, choose_engine(fitted, removing(fitted), 2.0))


def posed(*routes: Route) -> Posed:
    return Posed(routes, lambda fitted: "above" if fitted.theta[0] > 0.0 else "below")


def test_a_smaller_number_is_found_though_a_later_one_turns_back(refits: Refits) -> None:
    # the mean is 0.2; without 5 it is below 0, without −4 and 0.2 as well above, without 5.2 too below again
    late = search(refits, posed(FALL), FALL, Given(rows=(0, 1, 2, 3), claimed=-0.06), 4, 1)
    assert (late.predicted, late.first, late.whole) == (4, 1, True)
    np.testing.assert_array_equal(late.counts, range(5))
    np.testing.assert_allclose(late.values, [Y[i:].mean() for i in range(5)], rtol=1e-6)
    np.testing.assert_allclose(late.predictions, 0.2 - 0.06 * np.arange(5), rtol=1e-6)


def test_rows_that_did_nothing_are_put_back(refits: Refits) -> None:
    found = search(refits, posed(FALL), FALL, Given(rows=(6, 5, 0)), 3, 1)
    assert found.first == 3
    np.testing.assert_array_equal(found.rows, [0])
    assert found.minimal
    kept = search(refits, posed(FALL), FALL, Given(rows=(6, 5, 0)), 3, 3)
    np.testing.assert_array_equal(kept.rows, [6, 5, 0])  # where no fewer than three can do, none is tried


def test_nothing_is_found_among_too_few_rows(refits: Refits) -> None:
    found = search(refits, posed(FALL), FALL, Given(rows=(6, 5, 0)), 2, 1)
    assert (found.first, found.predicted, found.looked_up) == (None, None, 2)
    assert found.rows.size == 0
    assert not found.minimal
    assert search(refits, posed(FALL), FALL, Given(rows=(6, 5, 0)), 0, 1).rows.size == 0


def test_a_value_beyond_its_limit_has_not_flipped() -> None:
    between = Route(MEAN, "fall", 2.0, limit=-2.0)
    assert between.beyond(0.0) == 2.0
    assert between.beyond(-1.5) == 0.5
    assert between.beyond(-3.0) < 0.0
    assert between.beyond(3.0) < 0.0
    assert between.beyond(np.nan) == -np.inf


def test_the_nearest_route_takes_the_fewest_rows_by_influence(refits: Refits) -> None:
    rise = Route(MEAN, "rise", 3.0, c=MEAN.c)
    assert nearest_route(refits.fitted, posed(rise, FALL), 3) is FALL
    assert nearest_route(refits.fitted, posed(Route(MEAN, "fall", -50.0), rise), 3) is rise
