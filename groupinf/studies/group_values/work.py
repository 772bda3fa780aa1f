"""The work of a run of group values: fit, draw groups and coalitions, and then retrain these in blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import numpy as np

from groupinf.datasets.choice.words import choice_notes
from groupinf.datasets.column_use import column_notes
from groupinf.datasets.dataset import Dataset
from groupinf.effects.blocks import block_width
from groupinf.effects.evaluations.evaluation import Norm, Quantity
from groupinf.effects.freeze import ChangedFit, unpredicted_study
from groupinf.effects.scales import frozen_scales
from groupinf.effects.study import Study
from groupinf.effects.test_rows import TestRows
from groupinf.experiments.study import Blocks, Made
from groupinf.experiments.workers.processes import one_thread
from groupinf.experiments.workers.progress import Progress
from groupinf.groups.groups import Groups
from groupinf.groups.streams import builder_stream
from groupinf.numerics.engine import few_rows_left
from groupinf.numerics.fit import Fitted
from groupinf.numerics.objective import Objective
from groupinf.studies.group_effects.changed_fit import changed_fit, changed_fit_from
from groupinf.studies.group_effects.checks import quantities_of
from groupinf.studies.group_effects.draw import Drawn, draw
from groupinf.studies.group_effects.identity import read_otherwise
from groupinf.studies.group_effects.prepare import engine_used, named_values
from groupinf.studies.group_effects.stored_groups import groups_files, groups_from
from groupinf.studies.group_effects.test_points import ChosenPoints, chosen_again
from groupinf.studies.group_values.additive import additive_shares, influence_of
from groupinf.studies.group_values.block import CoalitionsOfBlock, coalitions_of_block, compute_coalitions
from groupinf.studies.group_values.checks import load_checked, number_problem
from groupinf.studies.group_values.coalitions import Blocs, Coalitions, State, blocs_of, coalitions_of
from groupinf.studies.group_values.manifest import GroupValuesManifest
from groupinf.studies.group_values.no_rows import effect_without_rows
from groupinf.studies.group_values.schema import STUDY, GroupValuesConfig, LoadedValues, as_group_effects
from groupinf.studies.group_values.stored_coalitions import Valued, coalitions_file, valued_from
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.described import quality
from groupinf.studies.linear.fit import Model
from groupinf.studies.linear.identity import identity_of_kind
from groupinf.studies.linear.linear_model import test_objective
from groupinf.studies.linear.memory import work_bytes
from groupinf.studies.linear.work import MAY_DIFFER, LinearWork

# raised when a stage gives other numbers for the same configuration and data
STAGE_VERSIONS: dict[str, int] = {"prepare": 1, "compute": 1, "collect": 1}
# of the random stream that draws coalitions
COALITIONS = "coalitions"


@dataclass(frozen=True)
class Frozen:
    """What prepare settles once: the size of effects, and how many rows a coalition lacks in the mean."""

    scales: Mapping[str, float]
    norms: Mapping[str, Norm]
    mean_removed: float


@dataclass(frozen=True)
class Valuing(LinearWork[GroupValuesConfig]):
    """Fit, form coalitions of groups, retrain each, and share their worth out, as configured."""

    study: ClassVar = STUDY
    manifest: type[GroupValuesManifest] = GroupValuesManifest
    stage: str = "retrain"

    def make(self, jobs: int, progress: Progress) -> Made[GroupValuesManifest]:
        """Fit, draw test points and groups, and form coalitions; before that say where memory is too little.

        Raises ConfigError where there are too few groups, or too many, that only a fit tells.
        """
        loaded, dataset = self.loaded, self.dataset
        effects, model = as_group_effects(loaded), model_of(loaded, dataset)
        chosen = self.fit(work_bytes(dataset, model, loaded.config.block_width), progress, jobs)
        test = one_thread(partial(test_objective, dataset, model), chosen.fitted.objective.basis)
        progress.stage("groups")
        drawn = draw(effects, dataset, chosen, test, jobs)
        problem = number_problem(loaded, len(drawn.groups))
        if problem is not None:
            raise problem
        fit = partial(changed_fit, effects, dataset, model, chosen.fitted, chosen.machine)
        settled = one_thread(partial(_settled, self, drawn, test), one_thread(fit, chosen.linearised))
        files = self.files(chosen, {**groups_files(drawn.groups), **coalitions_file(settled.valued)})
        about = one_thread(partial(_described, self, chosen, test, drawn), settled)
        blocks = _blocks(settled.study, settled.blocs, settled.valued.coalitions)
        return Made(blocks, files, about, may_differ=MAY_DIFFER)

    def restore(self, files: Mapping[str, bytes], manifest: GroupValuesManifest) -> Blocks[Study, CoalitionsOfBlock]:
        """The same from the stored fit, groups and coalitions."""
        groups, effects = groups_from(files), as_group_effects(self.loaded)
        again = partial(changed_fit_from, effects, self.dataset, manifest.model, manifest.lam)
        points = chosen_again(self.loaded.config.test_points, self.dataset, manifest.test_points)
        frozen = Frozen(manifest.scales, manifest.gradient_norms, manifest.mean_removed)
        study = one_thread(partial(_study_again, self, points, frozen), one_thread(again, files))
        blocs = _row_blocs(self, groups, study.fitted)
        return _blocks(study, blocs, valued_from(files).coalitions)


def valuing(loaded: LoadedValues) -> Valuing:
    """The work that a configuration describes; raises ConfigError where the data cannot give what it asks."""
    dataset = load_checked(loaded)
    read = read_otherwise(as_group_effects(loaded).config, dataset)
    return Valuing(loaded, dataset, identity_of_kind(STUDY, loaded, dataset, STAGE_VERSIONS, read))


@dataclass(frozen=True)
class Settled:
    """What every block is computed with, and what is known of coalitions before."""

    study: Study
    blocs: Blocs
    frozen: Frozen
    valued: Valued

    def rows_in(self, fewest: int, most: int) -> int:
        """How many rows that count are in so many groups."""
        owners = self.blocs.owners.sum(axis=1)
        within = (fewest <= owners) & (owners <= most)
        return sum(rows.size for rows, told in zip(self.blocs.rows, within, strict=True) if told)


def _settled(work: Valuing, drawn: Drawn, whole: Objective, changed: ChangedFit) -> Settled:
    config, fit, groups = work.loaded.config, changed.fitted.objective, drawn.groups
    semivalue, blocs = config.values, _row_blocs(work, groups, changed.fitted)
    asked = semivalue.coalitions(len(groups), builder_stream(config.seed, f"{COALITIONS} {semivalue.name}"))
    coalitions = coalitions_of(blocs, asked, fit)
    quantities = quantities_of(as_group_effects(work.loaded), work.dataset)
    test = drawn.tested.of(whole, quantities)
    frozen = _frozen(groups, quantities, test, changed, coalitions)
    study = _study(quantities, test, frozen, changed)
    influence = additive_shares(semivalue, blocs, influence_of(study, changed.predicting, blocs))
    valued = Valued(asked, coalitions, influence, effect_without_rows(study))
    return Settled(study, blocs, frozen, valued)


def _row_blocs(work: Valuing, groups: Groups, fitted: Fitted) -> Blocs:
    ungrouped = work.loaded.config.values.ungrouped == "present"
    return blocs_of(groups, fitted.objective.sample_weight, ungrouped)


def _frozen(
    groups: Groups, quantities: Sequence[Quantity], test: TestRows, changed: ChangedFit, coalitions: Coalitions
) -> Frozen:
    """Effects are held to the largest influence of a single group, the smallest of what is removed."""
    fit = changed.fitted
    W = groups.removal_matrix(fit.objective.n)
    scales, norms = frozen_scales(fit, changed.change, test, W, quantities)
    sizes = coalitions.size[coalitions.retrained]
    return Frozen(scales, norms, float(fit.objective.n - sizes.mean()) if sizes.size else 0.0)


def _study(quantities: Sequence[Quantity], test: TestRows, frozen: Frozen, changed: ChangedFit) -> Study:
    """What every block reads."""
    engine = few_rows_left(changed.fitted, changed.change, frozen.mean_removed)
    return unpredicted_study(changed, engine, test, quantities, frozen.scales, frozen.norms)


def _study_again(work: Valuing, points: ChosenPoints, frozen: Frozen, changed: ChangedFit) -> Study:
    """The same from a run's folder."""
    quantities = quantities_of(as_group_effects(work.loaded), work.dataset)
    whole = test_objective(work.dataset, model_of(work.loaded, work.dataset), changed.fitted.objective.basis)
    return _study(quantities, points.of(whole, quantities), frozen, changed)


def _blocks(study: Study, blocs: Blocs, coalitions: Coalitions) -> Blocks[Study, CoalitionsOfBlock]:
    return Blocks(study, partial(coalitions_of_block, blocs, coalitions), compute_coalitions)


def _described(work: Valuing, model: Model, test: Objective, drawn: Drawn, settled: Settled) -> GroupValuesManifest:
    """The manifest of a run that has been prepared just now."""
    loaded, dataset, fitted, study = work.loaded, work.dataset, model.fitted, settled.study
    config, coalitions = loaded.config, settled.valued.coalitions
    trained = replace(fitted.objective, loss=test.loss)
    return GroupValuesManifest(
        **work.described(model),
        units=coalitions.retrained.size,
        block_width=block_width(fitted.objective, study.engine, config.block_width),
        notes=_notes(dataset, model, drawn),
        n_pool=dataset.n_pool,
        values=config.values,
        **quality(trained, test, fitted.theta, dataset.task),
        test_points=study.test.labels,
        test_sets=drawn.tested.sets,
        test_keys=drawn.tested.keys,
        named_values=named_values(as_group_effects(loaded), dataset),
        evaluations=tuple(evaluation.name for evaluation in study.evaluations),
        scales=settled.frozen.scales,
        gradient_norms=settled.frozen.norms,
        mean_removed=settled.frozen.mean_removed,
        n_groups=len(drawn.groups),
        n_ungrouped=settled.rows_in(0, 0),
        n_shared=settled.rows_in(2, len(drawn.groups)),
        n_coalitions=len(coalitions.size),
        drawn=len(settled.valued.asked),
        exact=config.values.is_exact(len(drawn.groups)),
        no_optimum=int(np.count_nonzero(coalitions.state == State.NO_OPTIMUM)),
        engine=engine_used(study),
    )


def _notes(dataset: Dataset, model: Model, drawn: Drawn) -> tuple[str, ...]:
    return (*choice_notes(dataset), *column_notes(dataset.uses), *model.notes, *drawn.notes)
