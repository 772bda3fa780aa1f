"""The measures of disparity: one line for each, in the order of the tables."""

from __future__ import annotations

from groupinf.effects.evaluations.disparities.demographic_parity import DemographicParity
from groupinf.effects.evaluations.disparities.false_positive_rates import FalsePositiveRates
from groupinf.effects.evaluations.disparities.measure import DisparityMeasure
from groupinf.effects.evaluations.disparities.true_positive_rates import TruePositiveRates
from groupinf.effects.evaluations.disparities.worst_loss import WorstLoss
from groupinf.registry import Registry

MEASURES: Registry[DisparityMeasure] = Registry(
    "measure",
    (
        DemographicParity(),
        TruePositiveRates(),
        FalsePositiveRates(),
        WorstLoss(),
    ),
)
