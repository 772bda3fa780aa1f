"""The configuration of a study of robustness: what may flip, in which orders rows are removed, and how many at most."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from groupinf.config.load import LoadedConfig
from groupinf.config.registered import NamedSection
from groupinf.config.section import distinct
from groupinf.effects.row_orders.registry import ROW_ORDERS
from groupinf.effects.row_orders.row_order import RowOrder
from groupinf.studies.linear.amount import Amount
from groupinf.studies.linear.schema import LinearConfig
from groupinf.studies.robustness.questions.prediction import Prediction
from groupinf.studies.robustness.questions.question import Question
from groupinf.studies.robustness.questions.registry import QUESTIONS
from groupinf.studies.robustness.questions.sign import Sign

# what the registry and every manifest call this kind of study
STUDY = "robustness"

QUESTION = NamedSection(QUESTIONS, "flips", in_short=True)
# coefficients up to which all their signs are asked for where no question is configured
MOST_SIGNS = 50
# what is asked where the key is left out
QUESTIONS_LEFT_OUT = (Prediction(), Sign(at_most=MOST_SIGNS))


def _each_once(orders: tuple[RowOrder, ...]) -> tuple[RowOrder, ...]:
    distinct(tuple(order.name for order in orders))
    return orders


class RobustnessConfig(LinearConfig):
    """One study: a dataset, a regularisation, what may flip, by which orders rows go, and where to give up."""

    questions: Annotated[
        tuple[Annotated[Question, QUESTION], ...], Field(strict=False, min_length=1, validate_default=False)
    ] = QUESTIONS_LEFT_OUT
    by: Annotated[
        tuple[Annotated[RowOrder, NamedSection(ROW_ORDERS, "row_order", in_short=True)], ...],
        Field(strict=False, min_length=1, json_schema_extra={"default": list(ROW_ORDERS)}),
        AfterValidator(_each_once),
    ] = tuple(order() for order in ROW_ORDERS.values())
    most: Amount = 0.1


# A configuration of this study that knows where it came from.
LoadedRobustness = LoadedConfig[RobustnessConfig]
