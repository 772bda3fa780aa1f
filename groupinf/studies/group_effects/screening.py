"""What screens the groups of a run, where not all of them are retrained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from groupinf.datasets.dataset import Dataset
from groupinf.effects.study import Study
from groupinf.groups.groups import Groups
from groupinf.studies.group_effects.block import group_words
from groupinf.studies.group_effects.checks import retrain_of
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.group_effects.retrain_section import TopGroups
from groupinf.studies.group_effects.schema import LoadedStudy
from groupinf.studies.group_effects.stored_groups import retrainable
from groupinf.theory.screening.screen import Largest, Screen, screen_for
from groupinf.theory.screening.sides import SIDES
from groupinf.theory.screening.thresholds import thresholds


def screen_of(loaded: LoadedStudy, dataset: Dataset, study: Study) -> Screen | None:
    """The screen that a configuration asks for, before anything is known of thresholds; None where it asks for none."""
    retrain = retrain_of(loaded, dataset)
    if retrain is None:
        return None
    if not isinstance(retrain, TopGroups):
        return screen_for(study, study.evaluations)
    evaluations = [evaluation for evaluation in study.evaluations if evaluation.name == retrain.by]
    return screen_for(study, evaluations, Largest(SIDES[retrain.side], np.full(1, -np.inf)))


def thresholds_of(
    study: Study, screen: Screen, retrain: TopGroups, about: GroupEffectsManifest, groups: Groups
) -> tuple[float | None, ...]:
    """What the K-th largest effects reach, for the manifest; ``groups`` are of rows of the fit."""
    numbers, side = retrainable(groups, about.skipped), SIDES[retrain.side]
    words = partial(group_words, groups)
    found = thresholds(screen, study, side, retrain.top, numbers, groups.members, words, about.block_width)
    return tuple(float(value) if np.isfinite(value) else None for value in found)


def with_thresholds(screen: Screen, retrain: TopGroups, found: Sequence[float | None]) -> Screen:
    """The screen of a run whose thresholds have been found."""
    values = np.array([-np.inf if value is None else value for value in found])
    return replace(screen, largest=Largest(SIDES[retrain.side], values))
