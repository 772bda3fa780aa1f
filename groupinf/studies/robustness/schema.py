"""The configuration of a study of robustness: what may flip, in which orders rows are removed, and how many at most."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from groupinf.config.load import LoadedConfig
from groupinf.config.registered import NamedSection, RegisteredName
from groupinf.config.section import distinct
from groupinf.effects.row_orders.registry import ROW_ORDERS
from groupinf.studies.linear.schema import LinearConfig
from groupinf.studies.repair_labels.schema import Amount
from groupinf.studies.robustness.questions.prediction import Prediction
from groupinf.studies.robustness.questions.question import Question
from groupinf.studies.robustness.questions.registry import QUESTIONS
from groupinf.studies.robustness.questions.sign import Sign

QUESTION = NamedSection(QUESTIONS, "flips", in_short=True)
# coefficients up to which all their signs are asked for where no question is configured
MOST_SIGNS = 50
# what is asked where the key is left out
QUESTIONS_LEFT_OUT = (Prediction(), Sign(at_most=MOST_SIGNS))


class RobustnessConfig(LinearConfig):
    """One study: a dataset, a regularisation, what may flip, by which orders rows go, and where to give up."""

    questions: Annotated[
        tuple[Annotated[Question, QUESTION], ...], Field(strict=False, min_length=1, validate_default=False)
    ] = QUESTIONS_LEFT_OUT
    by: Annotated[
        tuple[Annotated[str, RegisteredName(ROW_ORDERS)], ...],
        Field(strict=False, min_length=1),
        AfterValidator(distinct),
    ] = tuple(ROW_ORDERS)
    most: Amount = 0.1


# A configuration of this study that knows where it came from.
LoadedRobustness = LoadedConfig[RobustnessConfig]
