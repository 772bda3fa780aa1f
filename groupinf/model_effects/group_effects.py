"""The effects of changing groups of the rows of a fitted model: predicted, and by exact retraining."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from groupinf.analysis.screening import Standing, standing
from groupinf.config.arguments import as_count
from groupinf.effects.blocks import block_width
from groupinf.effects.freeze import Asked, ChangedFit, frozen_study
from groupinf.effects.methods.method import Readout
from groupinf.effects.scales import frozen_scales
from groupinf.effects.solvers import SolverOptions
from groupinf.effects.study import Study
from groupinf.errors import DataError
from groupinf.experiments.workers.processes import each, one_thread
from groupinf.groups.groups import Groups
from groupinf.model_effects.asked import Entries, Question, question, require_possible
from groupinf.model_effects.given_groups import groups_of
from groupinf.model_effects.result import GroupEffects
from groupinf.model_effects.taken import Taken, convention_of
from groupinf.model_effects.test_rows import chosen_rows, measured_on
from groupinf.studies.group_effects.block import (
    Shared,
    StoredBlock,
    groups_of_block,
    retrain_block,
    shared,
    stored_block,
)
from groupinf.studies.group_effects.changed_fit import change_of_rows
from groupinf.studies.group_effects.checks import parameter_names
from groupinf.studies.group_effects.collect import certificate_columns
from groupinf.studies.group_effects.draw import emptying
from groupinf.studies.group_effects.manifest import Skipped
from groupinf.studies.group_effects.retrain.screening import screen_of, thresholds_of, with_thresholds
from groupinf.studies.group_effects.retrain.section import Retrain, TopGroups
from groupinf.studies.group_effects.stored_groups import retrainable
from groupinf.studies.group_effects.tables.effects import EffectsTable, columns_of
from groupinf.studies.group_effects.tables.intervals import intervals_table
from groupinf.theory.screening.screen import Screen
from groupinf.wording import counted, listed

WHERE = "group_effects"
WORDS = "measured_on"


@dataclass(frozen=True)
class _Work:
    """The groups, why some are skipped, the ``numbers`` of the others, and what blocks of these are computed with."""

    groups: Groups
    skipped: tuple[Skipped, ...]
    numbers: tuple[int, ...]
    shared: Shared

    def blocks(self, jobs: int) -> list[StoredBlock]:
        """Computed side by side; raises ConvergenceError where a group cannot be retrained."""
        study, count = self.shared.study, len(self.numbers)
        width = block_width(study.fitted.objective, study.engine, None)
        units = [range(start, min(start + width, count)) for start in range(0, count, width)]
        tasks = (groups_of_block(self.groups, self.numbers, block) for block in units)
        found = each(partial(retrain_block, self.shared), tasks, min(jobs, len(units)))
        return [stored_block(arrays) for arrays in found]


@dataclass(frozen=True)
class _Told:
    """What tables are told of the effects that were measured, in the place of a run's manifest."""

    dataset: str
    lam_over_n: float
    evaluations: tuple[str, ...]
    methods: tuple[str, ...]
    retrain: Retrain
    values: Mapping[str, tuple[int, ...]]
    readouts: Mapping[str, Readout]

    def labels(self, evaluation: str) -> tuple[int, ...]:
        return self.values[evaluation]

    def readout(self, method: str) -> Readout:
        return self.readouts[method]


def group_effects(
    of: Taken,
    groups: Any,
    *,
    evaluations: Entries | None,
    methods: Entries | None,
    change: str | Mapping[str, Any] | None,
    retrain: str | Mapping[str, Any],
    test_points: str | Sequence[int],
    jobs: int,
    seed: int,
) -> GroupEffects:
    """What changing each of the ``groups`` does, as ``groupinf.group_effects`` says; nothing is fitted."""
    processes = as_count("jobs", jobs)
    asked = question(WHERE, evaluations=evaluations, methods=methods, change=change, retrain=retrain, seed=seed)
    require_possible(WHERE, asked, of)
    given = groups_of(groups, of.index)
    with of.terms.spoken():
        work = one_thread(partial(_prepared, of, asked, test_points), given)
        blocks = work.blocks(processes)
    return _result(of, asked, work, blocks)


def _prepared(of: Taken, asked: Question, test_points: str | Sequence[int], groups: Groups) -> _Work:
    """The study, and the groups whose change leaves an optimum."""
    fitted, dataset = of.fit.fitted, of.dataset
    change = change_of_rows(asked.change, asked.seed, dataset, fitted)
    skipped = emptying(dataset, asked.change, fitted.objective, change, groups)
    numbers = retrainable(groups, skipped)
    if not numbers:
        raise DataError(f"{WHERE}: no group is left to retrain: each {skipped[0].reason}")
    names = parameter_names(dataset, of.linear)
    evaluations = tuple(evaluation.quantity(names) for evaluation in asked.evaluations)
    points = chosen_rows(test_points, of.test_index).of(of.test, evaluations)
    W = sparse.csr_array(groups.removal_matrix(fitted.objective.n))[list(numbers)]
    scales, norms = frozen_scales(fitted, change, points, W, evaluations)
    study = frozen_study(
        ChangedFit(fitted, change, of.fit.machine),
        points,
        Asked(evaluations, asked.methods, SolverOptions(), asked.seed),
        float(groups.sizes.mean()),
        scales,
        norms,
    )
    return _Work(groups, tuple(skipped), numbers, shared(study, False, _screen(study, asked.retrain, groups, numbers)))


def _screen(study: Study, retrain: Retrain, groups: Groups, numbers: Sequence[int]) -> Screen | None:
    """What tells which groups need no retraining; None where all are retrained."""
    screen = screen_of(study, retrain)
    if screen is None:
        return None
    width = block_width(study.fitted.objective, study.engine, None)
    return with_thresholds(screen, thresholds_of(study, screen, retrain, groups, numbers, width))


def _result(of: Taken, asked: Question, work: _Work, blocks: Sequence[StoredBlock]) -> GroupEffects:
    every, groups, told = np.array(work.numbers, dtype=np.int64), work.groups, _told(of, asked, work.shared.study)
    retrained = every if asked.retrain is None else every[_retrained(blocks)]
    words = measured_on(asked.evaluations, parameter_names(of.dataset, of.linear), work.shared.study.test.labels)
    intervals = None
    if asked.retrain is not None:
        intervals = _with_words(pd.concat(intervals_table(told, groups, every, blocks).parts, ignore_index=True), words)
    names = pd.Series(groups.name, dtype=str).take(retrained).array
    certificates = certificate_columns(blocks, of.linear.loss.smooth)
    effects = _effects(told, groups, every if asked.retrain == "none" else retrained, blocks)
    return GroupEffects(
        effects=_with_words(effects, words),
        retrains=pd.DataFrame({"group": retrained, "group_name": names, **certificates}),
        groups=_groups_frame(groups, work.skipped),
        intervals=intervals,
        top=_top(intervals, asked.retrain),
        told=of.told,
        convention=convention_of(of, asked.change),
        summary=f"{counted(len(groups), 'group')} {asked.change.done}, of the {of.dataset.n:,} rows of {of.name}",
        notes=(*_without_effects(asked), *_more_than_all(asked.retrain, every.size)),
    )


def _without_effects(asked: Question) -> Iterator[str]:
    """The methods that have no effects on an evaluation which has no derivative."""
    linear = [method.shown for method in asked.methods if method.readout is Readout.LINEAR]
    for evaluation in asked.evaluations:
        if linear and not evaluation.differentiable:
            have = "has" if len(linear) == 1 else "have"
            instead = "methods with an exact readout, such as newton, have"
            yield f"{listed(linear)} {have} no effects on {evaluation.name}, which has no derivative; {instead}."


def _more_than_all(retrain: Retrain, groups: int) -> list[str]:
    """That the groups of largest effects which were asked for are all that there are."""
    if not isinstance(retrain, TopGroups) or retrain.top < groups:
        return []
    return [f"The {retrain.top:,} largest effects that retrain asks for are those of all {counted(groups, 'group')}."]


def _told(of: Taken, asked: Question, study: Study) -> _Told:
    return _Told(
        dataset=of.name,
        lam_over_n=of.fit.lam_over_n,
        evaluations=tuple(quantity.name for quantity in study.evaluations),
        methods=tuple(method.name for method in study.methods),
        retrain=asked.retrain,
        values={quantity.name: quantity.labels(study.test.labels) for quantity in study.evaluations},
        readouts={method.name: method.readout for method in study.methods},
    )


def _effects(told: _Told, groups: Groups, numbers: NDArray[np.int64], blocks: Sequence[StoredBlock]) -> pd.DataFrame:
    """The table of the groups ``numbers``, without what tells runs apart."""
    columns, kept = columns_of(told)
    effect, error = (
        np.concatenate([part.transpose(2, 1, 0).reshape(part.shape[2], kept.size)[:, kept] for part in parts])
        for parts in ([block.effect for block in blocks], [block.error_estimate for block in blocks])
    )
    table = EffectsTable(told, "", groups, numbers, columns, effect, error)
    return table.frame(range(len(table))).drop(columns=["run", "dataset"])


def _top(intervals: pd.DataFrame | None, retrain: Retrain) -> tuple[Standing, ...]:
    """What is proven of the groups of largest effects, where these were asked for: of each value."""
    if intervals is None or not isinstance(retrain, TopGroups):
        return ()
    found = (standing(rows, retrain.side, retrain.top) for _, rows in intervals.groupby("test_point", sort=False))
    return tuple(one for one in found if one is not None)


def _retrained(blocks: Sequence[StoredBlock]) -> NDArray[np.int64]:
    """The groups that were retrained, counted over all blocks, of which not all are."""
    found, first = [], 0
    for block in blocks:
        assert block.screened is not None
        assert block.retrained is not None
        found.append(first + block.retrained)
        first += block.screened.level.size
    return np.concatenate(found)


def _with_words(frame: pd.DataFrame, on: Mapping[tuple[str, int], str]) -> pd.DataFrame:
    """The frame with what each value is of, in words, behind its number."""
    known = pd.DataFrame([(*value, words) for value, words in on.items()], columns=["evaluation", "test_point", WORDS])
    columns = list(frame.columns)
    place = columns.index("test_point") + 1
    found = frame.merge(known, how="left", on=["evaluation", "test_point"], validate="many_to_one")
    return found[[*columns[:place], WORDS, *columns[place:]]]


def _groups_frame(groups: Groups, skipped: Sequence[Skipped]) -> pd.DataFrame:
    """All groups, with why one is skipped, empty of the others."""
    reasons = {entry.group: f"it {entry.reason}" for entry in skipped}
    return pd.DataFrame(
        {
            "group": np.arange(len(groups)),
            "group_name": groups.name,
            "kind": groups.kind,
            "size": groups.sizes,
            "skipped": [reasons.get(g, "") for g in range(len(groups))],
        }
    )
