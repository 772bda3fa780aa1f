"""The evaluations: one line for each, in the order of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groupinf.effects.evaluations.evaluation import Evaluation, WithoutOptions
from groupinf.effects.evaluations.self_loss import SELF_LOSS
from groupinf.effects.evaluations.test_loss import TEST_LOSS
from groupinf.effects.evaluations.test_prediction import TEST_PREDICTION
from groupinf.registry import Registry

if TYPE_CHECKING:
    from groupinf.numerics.losses.loss import Loss


EVALUATIONS: Registry[type[Evaluation]] = Registry(
    "evaluation",
    {
        "test_prediction": "groupinf.effects.evaluations.test_prediction:TestPrediction",
        "test_loss": "groupinf.effects.evaluations.test_loss:TestLoss",
        "self_loss": "groupinf.effects.evaluations.self_loss:SelfLoss",
        "test_margin": "groupinf.effects.evaluations.test_margin:TestMargin",
        "test_error": "groupinf.effects.evaluations.test_error:TestError",
        "coefficient": "groupinf.effects.evaluations.coefficient:Coefficient",
        "disparity": "groupinf.effects.evaluations.disparity:Disparity",
    },
)

# those of Koh et al. 2019: what a study measures that names none, and what every retraining is exact for
OF_THE_PAPER: tuple[WithoutOptions, ...] = (TEST_PREDICTION, TEST_LOSS, SELF_LOSS)


def of_the_paper(loss: Loss) -> tuple[WithoutOptions, ...]:
    """Those of the paper that are defined for the loss."""
    return tuple(evaluation for evaluation in OF_THE_PAPER if evaluation.is_defined(loss))
