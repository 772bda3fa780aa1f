"""Groups climb levels of proven intervals, from cheap to dear, only as far as each of them has to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.block import BlockEffects, named
from groupinf.effects.evaluations.evaluation import Quantity, RowNumbers, measures_of
from groupinf.effects.study import Study
from groupinf.numerics.losses.loss import Array
from groupinf.theory.balls import OfScores
from groupinf.theory.end import MORE_SHARES
from groupinf.theory.intervals import Place
from groupinf.theory.prover import Prover, prover_of
from groupinf.theory.screening.climbing import Climbing
from groupinf.theory.screening.level import Intervals, Level, Setting, intervals_at
from groupinf.theory.screening.registry import LEVELS, WITHOUT_RETRAINING
from groupinf.theory.screening.sides import Side

# cRν up to which −log(1 − cRν)/(cRν) is so near to 1 that a smaller R makes no ball much smaller
ENOUGH = 0.2


@dataclass(frozen=True)
class Screened:
    """Where B groups are after screening: the number of the ``level`` that each ended at (B,), and its intervals."""

    level: NDArray[np.uint8]
    intervals: Intervals

    def with_retrained(self, numbers: NDArray[np.int64], intervals: Intervals) -> Screened:
        """The same with the intervals of the groups that were retrained."""
        level = self.level.copy()
        level[numbers] = len(LEVELS)
        before = self.intervals.of(numbers)
        # a certificate allows for the errors of the actual effect as it is computed, which others know nothing of
        low = np.where(np.isfinite(intervals.low), intervals.low, before.low)
        high = np.where(np.isfinite(intervals.high), intervals.high, before.high)
        ends = Intervals(intervals.prediction, low, high)
        return Screened(level, self.intervals.with_columns(numbers, ends))


@dataclass(frozen=True)
class Largest:
    """The groups that are looked for: those whose effects, as the ``side`` counts them, may reach a threshold of one of
    the values: (T,), −∞ where nothing is proven to be less.
    """

    side: Side
    thresholds: Array

    def may_reach(self, intervals: Intervals) -> NDArray[np.bool_]:
        """Which of the groups: (B,)."""
        most = self.side.most(intervals.low, intervals.high)
        return np.asarray((most >= self.thresholds[:, None]).any(axis=0))


@dataclass(frozen=True)
class Screen:
    """What intervals on the ``evaluations`` are proven with, once for a study; ``largest`` is None where they are all
    that is asked for.
    """

    evaluations: tuple[Quantity, ...]
    prover: Prover
    of_fit: Place
    levels: Sequence[Level]
    largest: Largest | None = None


def screen_for(study: Study, evaluations: Sequence[Quantity] | None = None, largest: Largest | None = None) -> Screen:
    """A screen of the groups of a study, on all that it measures where ``evaluations`` are None: as far as retraining
    where the ``largest`` are looked for.

    Of a loss that is not smooth nothing is proven without retraining: its derivatives are those of another.
    """
    prover = replace(prover_of(study), shares=MORE_SHARES, enough=ENOUGH)
    if study.machine is not None:
        prover = replace(prover, verified=None, by_penalty=None)
    setting = Setting(study, tuple(evaluations or study.evaluations), prover, prover.of_fit(study.fitted, study.change))
    climbed = len(LEVELS) if setting.of_fit.balls else 1
    levels = tuple(LEVELS.values())[: WITHOUT_RETRAINING if largest is None else climbed]
    made = tuple(level.made(setting) for level in levels)
    return Screen(setting.evaluations, prover, setting.of_fit, made, largest)


def screened(screen: Screen, groups: Climbing) -> tuple[Screened, Climbing, NDArray[np.int64]]:
    """Where the groups end, those that may still be among the largest after all levels, and their numbers.

    An interval is what those of all levels so far have in common.
    """
    everyone = np.arange(len(groups.members))
    first, *others = screen.levels
    intervals, level = first.intervals(groups), np.zeros(everyone.size, dtype=np.uint8)
    open_, left = everyone, groups
    for number, rung in enumerate(others, 1):
        left, open_ = _still(screen, left, intervals, open_)
        if open_.size == 0:
            break
        found = named(left.names, partial(rung.intervals, left)).within(intervals.of(open_))
        intervals, level[open_] = intervals.with_columns(open_, found), number
    left, open_ = _still(screen, left, intervals, open_)
    return Screened(level, intervals), left, open_


def _still(
    screen: Screen, groups: Climbing, intervals: Intervals, numbers: NDArray[np.int64]
) -> tuple[Climbing, NDArray[np.int64]]:
    """Those of the groups with these ``numbers`` that have to go on."""
    if screen.largest is None:
        return groups, numbers
    kept = np.flatnonzero(screen.largest.may_reach(intervals.of(numbers)))
    return (groups if kept.size == numbers.size else groups.of(kept)), numbers[kept]


def retrained_intervals(screen: Screen, study: Study, block: BlockEffects) -> Intervals:
    """Where the actual effects of retrained groups are proven to be: by their certificates, and by a ball around where
    they ended.
    """
    at, step = block.at, block.theta.T - study.fitted.theta[:, None]
    certified = OfScores(
        RowNumbers(np.ones(study.fitted.objective.n), np.ones(study.test.rows.n)), block.certificates.score_bound
    )
    with np.errstate(over="ignore", invalid="ignore"):  # where a model has moved far away its ball is infinite
        after = screen.prover.after(at, at.pencils, step)
    before, ended = (replace(place, balls=(*place.balls, certified)) for place in (screen.of_fit, after))
    return intervals_at(before, ended, measures_of(screen.evaluations, study.test, at.changed))
