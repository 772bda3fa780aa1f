"""The evaluations: one line for each, in the order of the tables."""

from __future__ import annotations

from groupinf.effects.evaluations.coefficient import Coefficient
from groupinf.effects.evaluations.disparity import Disparity
from groupinf.effects.evaluations.evaluation import Evaluation, WithoutOptions
from groupinf.effects.evaluations.self_loss import SELF_LOSS, SelfLoss
from groupinf.effects.evaluations.test_error import TestError
from groupinf.effects.evaluations.test_loss import TEST_LOSS, TestLoss
from groupinf.effects.evaluations.test_margin import TestMargin
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION, TestPrediction
from groupinf.numerics.losses.loss import Loss
from groupinf.registry import Registry

EVALUATIONS: Registry[type[Evaluation]] = Registry(
    "evaluation",
    (
        TestPrediction,
        TestLoss,
        SelfLoss,
        TestMargin,
        TestError,
        Coefficient,
        Disparity,
    ),
)

# those of Koh et al. 2019: what a study measures that names none, and what every retraining is exact for
OF_THE_PAPER: tuple[WithoutOptions, ...] = (TEST_PREDICTION, TEST_LOSS, SELF_LOSS)


def of_the_paper(loss: Loss) -> tuple[WithoutOptions, ...]:
    """Those of the paper that are defined for the loss."""
    return tuple(evaluation for evaluation in OF_THE_PAPER if evaluation.is_defined(loss))
