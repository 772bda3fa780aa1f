"""The levels of screening, from cheap to dear, and retraining, which ends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groupinf.registry import Registry

if TYPE_CHECKING:
    from groupinf.theory.screening.level import Level

LEVELS: Registry[type[Level]] = Registry(
    "level",
    {
        "influence": "groupinf.theory.screening.influence:InfluenceLevel",
        "newton": "groupinf.theory.screening.newton:NewtonLevel",
        "two_step_newton": "groupinf.theory.screening.two_step_newton:TwoStepNewtonLevel",
    },
)
# how many of them are climbed where nothing is to be retrained: a second step takes half of what retraining does
WITHOUT_RETRAINING = 2
# what tables call the level of a group that was retrained
RETRAINED = "retrained"
LEVEL_NAMES = (*LEVELS, RETRAINED)
