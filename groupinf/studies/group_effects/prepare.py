"""Everything that is done once: λ, θ̂, test points, groups, scales. What follows only reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from groupinf.datasets.choice.words import choice_notes
from groupinf.datasets.column_use import column_notes
from groupinf.datasets.dataset import Dataset
from groupinf.effects.blocks import block_width
from groupinf.effects.methods.method import Method
from groupinf.effects.study import Study
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.study import Blocks, Made
from groupinf.experiments.workers.processes import one_thread, start_workers
from groupinf.experiments.workers.progress import Progress
from groupinf.groups.groups import Groups
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective
from groupinf.studies.group_effects.block import (
    GroupsOfBlock,
    Shared,
    groups_of_block,
    retrain_block,
    shared,
)
from groupinf.studies.group_effects.changed_fit import changed_fit, changed_fit_from
from groupinf.studies.group_effects.checks import (
    change_of,
    evaluations_of,
    parameter_names,
    quantities_of,
    retrain_of,
)
from groupinf.studies.group_effects.draw import (
    Drawn,
    attributes_of,
    draw,
    in_fit,
    make_study,
    study_from,
)
from groupinf.studies.group_effects.duration import seconds_of
from groupinf.studies.group_effects.identity import identity_of
from groupinf.studies.group_effects.manifest import (
    EngineUsed,
    GroupEffectsManifest,
    MethodUsed,
    NamedValue,
    Skipped,
)
from groupinf.studies.group_effects.memory import work_of
from groupinf.studies.group_effects.most_groups import most_groups
from groupinf.studies.group_effects.points.files import point_files
from groupinf.studies.group_effects.retrain.screening import screen_of, thresholds_of, with_thresholds
from groupinf.studies.group_effects.same_steps import same_step_notes
from groupinf.studies.group_effects.schema import METHOD, STUDY, Config, LoadedStudy
from groupinf.studies.group_effects.stored_groups import (
    attribute_files,
    groups_files,
    groups_from,
    retrainable,
)
from groupinf.studies.group_effects.stored_theta import stored_theta
from groupinf.studies.group_effects.test_points import chosen_again
from groupinf.studies.linear.configured_model import model_of
from groupinf.studies.linear.described import quality
from groupinf.studies.linear.fit import Model
from groupinf.studies.linear.linear_model import test_objective, trained_on
from groupinf.studies.linear.schema import resolved
from groupinf.studies.linear.work import MAY_DIFFER, LinearWork
from groupinf.theory.screening.screen import Screen


@dataclass(frozen=True)
class Given:
    """What a run does not do by itself: test points and groups that are drawn already, and where the fit starts.

    It starts from θ̂ of the first of the folders ``after`` that has one, else from zero. ``identity`` says of both what
    decides numbers.
    """

    drawn: Drawn | None = None
    after: tuple[RunDirectory, ...] = ()
    identity: Mapping[str, Any] | None = None

    def start(self) -> Array | None:
        """The parameters that the fit starts from."""
        found = (stored_theta(folder) for folder in self.after)
        return next((stored.theta for stored in found if stored is not None), None)


NOTHING = Given()


@dataclass(frozen=True)
class Retraining(LinearWork[Config]):
    """The work of a run of group effects: predict the effects of the groups, and retrain without each."""

    study: ClassVar = STUDY
    given: Given = NOTHING
    manifest: type[GroupEffectsManifest] = GroupEffectsManifest
    stage: str = "retrain"

    @property
    def configuration(self) -> dict[str, Any]:
        """The configuration as the run keeps it: a study of group effects where it names none."""
        return resolved(self.loaded, self.dataset.task)

    def make(self, jobs: int, progress: Progress) -> Made[GroupEffectsManifest]:
        """Fit, then draw test points and groups, unless they are given; before that say where memory is too little."""
        loaded, dataset = self.loaded, self.dataset
        model = model_of(loaded, dataset)
        if loaded.config.retrain != "none":
            expected = seconds_of(most_groups(loaded, dataset), dataset, model, loaded.config.theory is not None)
            start_workers(jobs, retrain_block, expected)
        chosen = self.fit(work_of(loaded, dataset, model), progress, jobs, start=self.given.start())
        test = one_thread(partial(test_objective, dataset, model), chosen.fitted.objective.basis)
        progress.stage("groups")
        drawn = self.given.drawn or draw(loaded, dataset, chosen, test, jobs)
        attributes = attributes_of(loaded, dataset, drawn.groups)
        evaluations = quantities_of(loaded, dataset)
        changes = partial(changed_fit, loaded, dataset, model, chosen.fitted, chosen.machine)
        changed = one_thread(changes, chosen.linearised)
        made = partial(make_study, changed, in_fit(drawn.groups, dataset), test, drawn, evaluations)
        study = one_thread(made, loaded)
        told, notes = one_thread(partial(point_files, loaded.config.points, dataset, study), drawn.tested)
        described = _described(self, chosen, test, study, drawn, (*attributes.notes, *notes))
        screen = one_thread(partial(screen_of, study), described.retrain)
        if screen is not None and screen.largest is not None:
            progress.stage("thresholds")
            groups, numbers = in_fit(drawn.groups, dataset), retrainable(drawn.groups, drawn.skipped)
            found = partial(thresholds_of, study, screen, described.retrain, groups, numbers)
            described = replace(described, thresholds=one_thread(found, described.block_width))
            screen = with_thresholds(screen, described.thresholds)
        return Made(
            blocks=_blocks(loaded, study, dataset, drawn.groups, drawn.skipped, screen),
            files={
                **self.files(chosen, groups_files(drawn.groups), changed.change.label),
                **attribute_files(attributes, len(drawn.groups)),
                **told,
            },
            manifest=described,
            may_differ=MAY_DIFFER,
        )

    def restore(self, files: Mapping[str, bytes], manifest: GroupEffectsManifest) -> Blocks[Shared, GroupsOfBlock]:
        """The same study from what is stored."""
        groups = groups_from(files)
        study = one_thread(partial(_study_again, self.loaded, self.dataset, manifest, groups), files)
        screen = one_thread(partial(screen_of, study), manifest.retrain)
        screen = None if screen is None else with_thresholds(screen, manifest.thresholds)
        return _blocks(self.loaded, study, self.dataset, groups, manifest.skipped, screen)


def retraining(loaded: LoadedStudy, dataset: Dataset, given: Given = NOTHING) -> Retraining:
    """The work that a configuration describes, on its data."""
    identity = {**identity_of(loaded, dataset), **(given.identity or {})}
    stage = "predict" if loaded.config.retrain == "none" else "retrain"
    return Retraining(loaded, dataset, identity, given, stage=stage)


def _blocks(
    loaded: LoadedStudy,
    study: Study,
    dataset: Dataset,
    groups: Groups,
    skipped: tuple[Skipped, ...],
    screen: Screen | None,
) -> Blocks[Shared, GroupsOfBlock]:
    notes = (f"group {entry.name} ({groups.made_from[entry.group]}) is skipped: it {entry.reason}" for entry in skipped)
    task = partial(groups_of_block, in_fit(groups, dataset), retrainable(groups, skipped))
    theory = loaded.config.theory is not None
    of_theory = one_thread(partial(shared, study, screen=screen), theory)
    seconds = seconds_of(len(groups) - len(skipped), dataset, model_of(loaded, dataset), theory or screen is not None)
    return Blocks(of_theory, task, retrain_block, tuple(notes), seconds)


def _study_again(
    loaded: LoadedStudy, dataset: Dataset, manifest: GroupEffectsManifest, groups: Groups, files: Mapping[str, bytes]
) -> Study:
    changed = changed_fit_from(loaded, dataset, manifest.model, manifest.lam, files)
    return study_from(
        loaded,
        changed,
        test_objective(dataset, manifest.model, changed.fitted.objective.basis),
        chosen_again(loaded.config.test_points, dataset, manifest.test_points),
        quantities_of(loaded, dataset),
        groups,
        manifest.scales,
        manifest.gradient_norms,
    )


def named_values(loaded: LoadedStudy, dataset: Dataset) -> tuple[NamedValue, ...]:
    """What is measured on no test points and has names, for the manifest."""
    names = parameter_names(dataset, model_of(loaded, dataset))
    return tuple(
        NamedValue(evaluation.name, label, name)
        for evaluation in evaluations_of(loaded, dataset)
        for label, name in evaluation.value_names(names).items()
    )


def values_at_fit(named: Sequence[NamedValue], study: Study) -> tuple[NamedValue, ...]:
    """The same values, with what evaluations have to say of each at θ̂."""
    known = {
        (of.name, label): at for of in study.evaluations for label, at in of.at_fit(study.fitted, study.test).items()
    }
    return tuple(
        replace(value, measure=at.measure, difference=at.difference)
        if (at := known.get((value.evaluation, value.test_point)))
        else value
        for value in named
    )


def told_at_fit(study: Study) -> tuple[str, ...]:
    """What evaluations have to say of θ̂."""
    return tuple(note for of in study.evaluations for note in of.notes(study.fitted, study.test))


def methods_used(methods: Sequence[Method]) -> tuple[MethodUsed, ...]:
    """The methods that are more than a name in the configuration."""
    sections = (method for method in methods if isinstance(METHOD.told(method), dict))
    return tuple(MethodUsed(method.shown, method.name, method.options()) for method in sections)


def _described(
    work: Retraining, model: Model, test: Objective, study: Study, drawn: Drawn, notes: Sequence[str]
) -> GroupEffectsManifest:
    """The manifest of a run that has been prepared just now."""
    dataset, fitted = work.dataset, model.fitted
    trained = replace(trained_on(fitted.objective, dataset), loss=test.loss)
    change = change_of(work.loaded)
    return GroupEffectsManifest(
        **work.described(model),
        units=len(drawn.groups) - len(drawn.skipped),
        block_width=block_width(fitted.objective, study.engine, work.loaded.config.block_width),
        notes=(
            *work.loaded.notes,
            *choice_notes(dataset),
            *column_notes(dataset.uses),
            *model.notes,
            *drawn.notes,
            *notes,
            *same_step_notes(study, change),
            *told_at_fit(study),
        ),
        change=change,
        n_pool=dataset.n_pool,
        target_scale=dataset.target_scale,
        **quality(trained, test, fitted.theta, dataset.task),
        test_points=study.test.labels,
        test_sets=drawn.tested.sets,
        test_keys=drawn.tested.keys,
        named_values=values_at_fit(named_values(work.loaded, dataset), study),
        drawn_at_lam_over_n=drawn.at,
        evaluations=tuple(evaluation.name for evaluation in study.evaluations),
        methods=tuple(method.name for method in study.methods),
        methods_with_options=methods_used(work.loaded.config.methods),
        scales=study.scales,
        gradient_norms=study.gradient_norms,
        n_groups=len(drawn.groups),
        skipped=drawn.skipped,
        notes_on_groups=drawn.notes,
        engine=engine_used(study),
        retrain=retrain_of(work.loaded, dataset),
    )


def engine_used(study: Study) -> EngineUsed:
    """What solves for a study, for the manifest."""
    return EngineUsed(
        hessian=study.fitted.factor.name,
        influence=study.influence_solver.name,
        reduced=study.engine.name,
        preconditioner=study.engine.preconditioner,
    )
