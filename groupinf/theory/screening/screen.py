"""Groups climb levels of proven intervals, from cheap to dear, only as far as each of them has to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import Quantity, measures_of
from groupinf.effects.study import Study
from groupinf.theory.intervals import Place
from groupinf.theory.prover import Prover, prover_of
from groupinf.theory.screening.level import Intervals, Level
from groupinf.theory.screening.registry import LEVELS


@dataclass(frozen=True)
class Screened:
    """Where B groups are after screening: the number of the ``level`` that each ended at (B,), and its intervals."""

    level: NDArray[np.uint8]
    intervals: Intervals


@dataclass(frozen=True)
class Screen:
    """What intervals are proven with, once for a study: of which ``evaluations``, by which ``levels``."""

    prover: Prover
    of_fit: Place
    evaluations: tuple[Quantity, ...]
    levels: Sequence[Level]


def screen_for(study: Study) -> Screen:
    """Intervals of every group on all that the study measures, by all levels."""
    prover = prover_of(study)
    return Screen(prover, prover.of_fit(study.fitted, study.change), study.evaluations, LEVELS)


def screened(screen: Screen, study: Study, at: BlockContext) -> Screened:
    """What all levels have in common of the intervals of the groups of ``at``."""
    measures = measures_of(screen.evaluations, study.test, at.changed)
    found = [level.intervals(screen.prover, screen.of_fit, at, measures) for level in screen.levels]
    intervals = found[-1]
    for before in found[:-1]:
        intervals = intervals.within(before)
    return Screened(np.full(len(at.changed.members), len(found) - 1, dtype=np.uint8), intervals)
