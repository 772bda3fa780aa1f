"""The levels of screening, from cheap to dear, and retraining, which ends them."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.theory.screening.influence import InfluenceLevel
from groupinf.theory.screening.level import Level
from groupinf.theory.screening.newton import NewtonLevel
from groupinf.theory.screening.two_step_newton import TwoStepNewtonLevel

LEVELS: Sequence[type[Level]] = (InfluenceLevel, NewtonLevel, TwoStepNewtonLevel)
# how many of them are climbed where nothing is to be retrained: a second step takes half of what retraining does
WITHOUT_RETRAINING = 2
# what tables call the level of a group that was retrained
RETRAINED = "retrained"
LEVEL_NAMES = (*(level.name for level in LEVELS), RETRAINED)
