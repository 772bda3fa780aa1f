"""What screens the groups of a study, where not all of them are retrained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from groupinf.effects.study import Study
from groupinf.groups.groups import Groups
from groupinf.studies.group_effects.block import group_words
from groupinf.studies.group_effects.retrain.section import Retrain, TopGroups
from groupinf.theory.screening.screen import Largest, Screen, screen_for
from groupinf.theory.screening.sides import SIDES
from groupinf.theory.screening.thresholds import thresholds

Thresholds = tuple[float | None, ...]


def screen_of(study: Study, retrain: Retrain) -> Screen | None:
    """The screen that is asked for, before anything is known of thresholds; None where all groups are retrained."""
    if not isinstance(retrain, TopGroups):
        return None if retrain is None else screen_for(study)
    evaluations = [evaluation for evaluation in study.evaluations if evaluation.name == retrain.by]
    return screen_for(study, evaluations, Largest(SIDES[retrain.side], np.full(1, -np.inf)))


def thresholds_of(
    study: Study, screen: Screen, retrain: Retrain, groups: Groups, numbers: Sequence[int], width: int
) -> Thresholds:
    """What the K-th largest effects reach, for a manifest: of the ``numbers`` of ``groups`` of rows of the fit, some of
    which are retrained, ``width`` at a time. Empty where nothing is looked for.
    """
    if not isinstance(retrain, TopGroups):
        return ()
    side, words = SIDES[retrain.side], partial(group_words, groups)
    found = thresholds(screen, study, side, retrain.top, numbers, groups.members, words, width)
    return tuple(float(value) if np.isfinite(value) else None for value in found)


def with_thresholds(screen: Screen, found: Thresholds) -> Screen:
    """The screen of a run whose thresholds have been found, where it has any."""
    if screen.largest is None:
        return screen
    values = np.array([-np.inf if value is None else value for value in found])
    return replace(screen, largest=replace(screen.largest, thresholds=values))
