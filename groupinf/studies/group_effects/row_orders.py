"""The orders of rows that builders ask for: what a configuration may ask, and the orders by the fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ValidationError

from groupinf.config.explain import problems_of
from groupinf.config.reader import Problem as Fault
from groupinf.config.registered import NamedSection
from groupinf.config.section import Problem, Section
from groupinf.effects.evaluations.evaluation import Evaluation, ParameterNames, Quantity
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.effects.row_orders.influence import ByInfluence
from groupinf.effects.row_orders.measured import measured
from groupinf.effects.row_orders.registry import ROW_ORDERS
from groupinf.effects.row_orders.row_order import SIDES, RowOrder
from groupinf.groups.row_orders import AskedOrder, OrderedRows
from groupinf.studies.repair_labels.orders.order import Known
from groupinf.studies.repair_labels.orders.registry import ORDERS as SCORES
from groupinf.wording import listed

if TYPE_CHECKING:
    from groupinf.effects.test_rows import TestRows
    from groupinf.numerics.fit import Fitted
    from groupinf.numerics.losses.loss import Array, Loss


class Asked(Section):
    """What a builder asks for, as the registries have it."""

    evaluation: Annotated[Evaluation, NamedSection(EVALUATIONS, "evaluation", in_short=True)] | None = None
    by: Annotated[RowOrder, NamedSection(ROW_ORDERS, "row_order", in_short=True)] = ByInfluence()


def unknown_score(name: str) -> str | None:
    """What is wrong with the name of a score, in words."""
    return None if name in SCORES else SCORES.unknown(name)


def unknown_in(asked: AskedOrder) -> list[Fault]:
    """What is wrong with the names and options of an evaluation and an order, below the section of their builder."""
    written = _written(asked)
    try:
        Asked.model_validate(written)
    except ValidationError as error:
        return problems_of(error, Asked, written)
    return []


def asked_for(asked: AskedOrder, evaluations: Sequence[Evaluation]) -> tuple[Evaluation | None, RowOrder]:
    """The evaluation, by default the first of a study's that allows an order, and the order; None where none does."""
    told = Asked.model_validate(_written(asked))
    return told.evaluation or next((e for e in evaluations if _unordered(e) is None), None), told.by


def _written(asked: AskedOrder) -> dict[str, Any]:
    written = {"evaluation": asked.evaluation, "by": asked.by}
    return {key: value for key, value in written.items() if value is not None}


def _unordered(evaluation: Evaluation) -> str | None:
    """Why rows are not ordered by an evaluation."""
    if evaluation.measured_on is not None:
        return f"which is measured on the {evaluation.measured_on}"
    return None if evaluation.differentiable else "which has no derivative"


def order_problems(
    asked: AskedOrder, evaluations: Sequence[Evaluation], loss: Loss, names: ParameterNames, refits: bool
) -> Iterator[Problem]:
    """What is asked of an order that a model of this ``loss`` cannot give; ``refits`` says whether a model without some
    rows can be linearised where it is fitted anew.
    """
    evaluation, order = asked_for(asked, evaluations)
    if evaluation is None:
        found = listed(e.name for e in evaluations)
        yield Problem("evaluation", f"expected an evaluation with a derivative, not on the own group, found {found}")
    elif (why := _unordered(evaluation)) is not None:
        yield Problem("evaluation", f"expected an evaluation that orders rows, found {evaluation.name}, {why}")
    elif not evaluation.is_defined(loss):
        found = f"found {evaluation.name}, which is defined for {evaluation.defined_for} only"
        yield Problem("evaluation", f"expected an evaluation that is defined for the data, {found}")
    elif (problem := evaluation.check(names)) is not None:
        yield Problem("evaluation", problem.message)
    if order.refits and not refits:
        others = listed((name for name, case in ROW_ORDERS.items() if not case.refits), "or")
        expected = f"expected {others} where another loss is linearised than the one that is fitted"
        yield Problem("by", f"{expected}, found {order.name}, which fits anew")


@dataclass(frozen=True)
class OrdersOfFit:
    """The orders by a fit, of values of ``evaluations`` of models with these ``names``; ``test_of`` has the test rows
    that one is measured on, and ``measured_loss`` is theirs.
    """

    fitted: Fitted
    measured_loss: Loss
    test_of: Callable[[Quantity], TestRows]
    evaluations: tuple[Evaluation, ...]
    names: ParameterNames

    def ordered(self, asked: AskedOrder, most: int) -> tuple[OrderedRows, ...]:
        """At most so many rows for each value and side, value by value."""
        evaluation, order = asked_for(asked, self.evaluations)
        assert evaluation is not None  # checked before anything is fitted
        quantity, called = evaluation.quantity(self.names), evaluation.value_names(self.names)
        found, test = [], self.test_of(quantity)
        for label in quantity.labels(test.labels):
            target = measured(quantity, test, label)
            for side in (side for side in SIDES if side in asked.sides):
                rows = order.order(self.fitted, target, side, most)
                found.append(OrderedRows(evaluation.in_text, label, called.get(label, ""), side, order.told, rows))
        return tuple(found)

    def scored(self, by: str) -> tuple[str, Array]:
        """The score that rows are inspected by, too, where wrong labels are looked for."""
        score = SCORES[by]()
        return score.in_text, score.score(Known(self.fitted, self.measured_loss))
