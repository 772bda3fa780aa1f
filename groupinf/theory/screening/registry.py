"""The levels of screening, from cheap to dear, and retraining, which ends them."""

from __future__ import annotations

from collections.abc import Sequence

from groupinf.theory.screening.level import Level
from groupinf.theory.screening.newton import NewtonLevel

LEVELS: Sequence[Level] = (NewtonLevel(),)
# what tables call the level of a group that was retrained
RETRAINED = "retrained"
LEVEL_NAMES = (*(level.name for level in LEVELS), RETRAINED)
