"""The effects of changing groups of the rows of a fitted model: predicted, and by exact retraining."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from groupinf.analysis.pairs import ACTUAL
from groupinf.config.arguments import as_count
from groupinf.effects.blocks import block_width
from groupinf.effects.certificates import Certificates
from groupinf.effects.freeze import Asked, ChangedFit, frozen_study
from groupinf.effects.methods.method import Readout
from groupinf.effects.scales import frozen_scales
from groupinf.effects.solvers import SolverOptions
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
from groupinf.studies.group_effects.draw import emptying
from groupinf.studies.group_effects.effects_frame import effect_columns, effects_frame
from groupinf.studies.group_effects.manifest import Skipped
from groupinf.studies.group_effects.stored_groups import retrainable
from groupinf.wording import counted

WHERE = "group_effects"


@dataclass(frozen=True)
class _Work:
    """The groups that can be retrained, by their numbers, and the study of them."""

    groups: Groups
    skipped: tuple[Skipped, ...]
    numbers: tuple[int, ...]
    shared: Shared


def group_effects(
    of: Taken,
    groups: Any,
    *,
    evaluations: Entries | str | None,
    methods: Entries | str | None,
    change: str | Mapping[str, Any] | None,
    test_points: str | Sequence[int],
    jobs: int,
    seed: int,
) -> GroupEffects:
    """What changing each of the ``groups`` does, as ``groupinf.group_effects`` says; nothing is fitted."""
    processes = as_count("jobs", jobs)
    asked = question(WHERE, evaluations=evaluations, methods=methods, change=change, seed=seed)
    require_possible(WHERE, asked, of.dataset, of.linear, of.tested)
    found = groups_of(groups, of.index)
    work = one_thread(partial(_prepared, of, asked, test_points), found)
    width = block_width(of.fit.fitted.objective, work.shared.study.engine, None)
    units = range(0, len(work.numbers), width)
    tasks = (
        groups_of_block(found, work.numbers, range(start, min(start + width, len(work.numbers)))) for start in units
    )
    blocks = [stored_block(a) for a in each(partial(retrain_block, work.shared), tasks, min(processes, len(units)))]
    return _result(of, asked, work, blocks)


def _prepared(of: Taken, asked: Question, test_points: str | Sequence[int], groups: Groups) -> _Work:
    """The study, and the groups whose change leaves an optimum."""
    fitted, dataset = of.fit.fitted, of.dataset
    change = change_of_rows(asked.change, asked.seed, dataset, fitted)
    skipped = emptying(dataset, asked.change, fitted.objective, change, groups)
    numbers = retrainable(groups, skipped)
    if not numbers:
        raise DataError(f"{WHERE}: no group is left: each {skipped[0].reason}")
    points = chosen_rows(test_points, of.test.n).of(of.test)
    names = parameter_names(dataset, of.linear)
    evaluations = tuple(evaluation.quantity(names) for evaluation in asked.evaluations)
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
    return _Work(groups, tuple(skipped), numbers, shared(study, with_theory=False))


def _result(of: Taken, asked: Question, work: _Work, blocks: Sequence[StoredBlock]) -> GroupEffects:
    study, numbers, groups = work.shared.study, np.array(work.numbers, dtype=np.int64), work.groups
    methods = [(method.name, method.readout) for method in study.methods] + [(ACTUAL, Readout.EXACT)]
    values = [(quantity.name, quantity.labels(study.test.labels)) for quantity in study.evaluations]
    effect, error = (
        np.concatenate([getattr(block, name).transpose(2, 1, 0) for block in blocks])
        for name in ("effect", "error_estimate")
    )
    told = {"lam_over_n": of.fit.lam_over_n}
    effects = effects_frame(groups, numbers, effect_columns(values, methods), effect, error, told)
    on = measured_on(asked.evaluations, parameter_names(of.dataset, of.linear), study.test.labels)
    effects.insert(effects.columns.get_loc("test_point") + 1, "measured_on", _named(effects, on))
    names = np.array(groups.name, dtype=object)
    return GroupEffects(
        effects=effects,
        retrains=pd.DataFrame({"group": numbers, "group_name": names[numbers], **_certificates(blocks)}),
        groups=_groups_frame(groups, work.skipped),
        told=of.told,
        convention=convention_of(of, asked.change),
        summary=f"{counted(len(groups), 'group')} {asked.change.done}, of the {of.dataset.n:,} rows of {of.name}",
    )


def _named(effects: pd.DataFrame, on: Mapping[tuple[str, int], str]) -> list[str]:
    return [on[key] for key in zip(effects["evaluation"], effects["test_point"], strict=True)]


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


def _certificates(blocks: Sequence[StoredBlock]) -> dict[str, NDArray[Any]]:
    told = {}
    for name in (field.name for field in fields(Certificates)):
        column = [getattr(block.certificates, name) for block in blocks]
        if all(part is not None for part in column):
            told[name] = np.concatenate(column)
    return told
