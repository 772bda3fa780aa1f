"""Other test points, evaluations and methods on the groups of a run: from its stored parameters, without retraining."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from groupinf.config.load import load_config
from groupinf.config.overrides import Override, parse_override
from groupinf.datasets.dataset import Dataset
from groupinf.effects.block import evaluate_block
from groupinf.effects.study import Study
from groupinf.errors import DataError
from groupinf.experiments.driver import Opened, execute, open_run
from groupinf.experiments.folder.identity import identity_hash
from groupinf.experiments.folder.kinds import sweep_of
from groupinf.experiments.folder.manifest import RunManifest
from groupinf.experiments.folder.provenance import provenance
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.study import Blocks, Made
from groupinf.experiments.workers.processes import one_thread
from groupinf.experiments.workers.progress import Progress
from groupinf.groups.groups import Groups
from groupinf.numerics.predict import mean_loss
from groupinf.studies.group_effects.block import (
    GroupsOfBlock,
    Shared,
    block_to_store,
    groups_of_block,
    no_effects,
    shared,
    stored_block,
)
from groupinf.studies.group_effects.changed_fit import changed_fit_from
from groupinf.studies.group_effects.checks import load_checked, quantities_of
from groupinf.studies.group_effects.draw import (
    Drawn,
    attributes_of,
    draw_test_points,
    in_fit,
    make_study,
)
from groupinf.studies.group_effects.identity import identity_of
from groupinf.studies.group_effects.manifest import Evaluated, GroupEffectsManifest
from groupinf.studies.group_effects.points.files import POINT_FILES, point_files
from groupinf.studies.group_effects.prepare import engine_used, methods_used, named_values, told_at_fit, values_at_fit
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.same_steps import same_step_notes
from groupinf.studies.group_effects.schema import Config, LoadedStudy
from groupinf.studies.group_effects.settable import kept, require_settable
from groupinf.studies.group_effects.stored_groups import (
    ATTRIBUTES,
    attribute_files,
    groups_from,
    retrainable,
)
from groupinf.studies.group_effects.study import GROUP_EFFECTS, load_run, stored_config
from groupinf.studies.linear.configured_model import OTHER_LOSSES, model_of, other_loss
from groupinf.studies.linear.fit import gradient_note
from groupinf.studies.linear.linear_model import test_objective, trained_on
from groupinf.studies.linear.manifest import loss_used
from groupinf.studies.linear.stored_fit import CONFIG, config_file
from groupinf.studies.linear.work import MAY_DIFFER

# raised when an evaluation gives other numbers for the same run and settings
VERSION = 1


@dataclass(frozen=True)
class Evaluation:
    """The work of an evaluation: the groups and retrained parameters of ``source``, measured as configured.

    ``files`` and ``of`` are what the run has prepared, and its manifest.
    """

    loaded: LoadedStudy
    dataset: Dataset
    identity: Mapping[str, Any]
    source: RunDirectory
    files: Mapping[str, bytes]
    of: GroupEffectsManifest
    manifest: type[GroupEffectsManifest] = GroupEffectsManifest
    stage: str = "evaluate"

    @property
    def name(self) -> str:
        """What the configuration calls it."""
        return self.loaded.config.name

    def other_data(self, other: RunManifest) -> list[str]:
        """None: the data must be those of the run."""
        return []

    def make(self, jobs: int, progress: Progress) -> Made[GroupEffectsManifest]:
        """Choose the test points, and say what is other than in the run."""
        progress.stage("prepare")
        study, drawn = one_thread(_drawn_anew, self)
        attributes = attributes_of(self.loaded, self.dataset, drawn.groups)
        told, notes = one_thread(partial(point_files, self.loaded.config.points, self.dataset, study), drawn.tested)
        others = (ATTRIBUTES, *POINT_FILES)
        stored = {name: content for name, content in self.files.items() if name not in others}
        of_groups = attribute_files(attributes, len(drawn.groups))
        return Made(
            blocks=self._blocks(study),
            files={**stored, **config_file(self.loaded.resolved()), **of_groups, **told},
            manifest=_described(self, study, drawn, (*attributes.notes, *notes)),
            may_differ=MAY_DIFFER,
        )

    def restore(self, files: Mapping[str, bytes], manifest: GroupEffectsManifest) -> Blocks[_Known, _KnownBlock]:
        """The same study; it is chosen anew, as nothing in it was drawn at random but by the same seed."""
        study, _ = one_thread(_drawn_anew, self)
        return self._blocks(study)

    def _blocks(self, study: Study) -> Blocks[_Known, _KnownBlock]:
        groups = in_fit(groups_from(self.files), self.dataset)
        task = partial(_known_block, groups, retrainable(groups, self.of.skipped), self.of.block_width)
        of = one_thread(partial(shared, study), self.loaded.config.theory is not None)
        return Blocks(_Known(of, self.source, self.source.block_files()), task, _evaluate)


@dataclass(frozen=True)
class _Known:
    """What every block is evaluated with, and the run that holds the retrained parameters; the files of its blocks."""

    of: Shared
    source: RunDirectory
    files: Mapping[int, Sequence[Path]]


@dataclass(frozen=True)
class _KnownBlock:
    """A block of the run by its number, and its groups."""

    number: int
    groups: GroupsOfBlock


def evaluate(path: Path, overrides: Sequence[str | Override], out: Path | None, jobs: int, progress: Progress) -> Run:
    """The effects of the groups of the run in ``path`` on what ``overrides`` set; the run that holds them.

    It lies in ``out``/<run>-evaluate-<hash>, beside the run where ``out`` is None; a block that is stored there is not
    computed again. Raises ConfigError where anything but what is SETTABLE is set, and DataError
    where the run is not finished, not whole, or was made from other data than those found.
    """
    require_settable(overrides)
    done = "evaluated already, only its report is written again"
    return execute(GROUP_EFFECTS, lambda: _opened(path, overrides, out, progress), jobs, progress, done=done)


def _opened(
    path: Path, overrides: Sequence[str | Override], out: Path | None, progress: Progress
) -> Opened[GroupEffectsManifest]:
    run, place = load_run(path), path.absolute()  # messages name it as it was given
    source = RunDirectory(place)
    about = run.manifest
    if about.evaluated is not None:
        of = about.evaluated.run
        raise DataError(f"{path}: expected a run with retrained parameters; this is an evaluation of {of}: name that")
    if about.retrain == "none":
        again = "groupinf experiment with its configuration and other test_points, evaluations or methods predicts anew"
        raise DataError(f"{path}: expected a run with retrained parameters, found one that retrained nothing; {again}")
    files = source.read_prepared(about)
    if files is None:
        raise DataError(_broken(path, "one of its files is missing or altered"))
    kept_config = kept(run.config, [parse_override(override) for override in overrides])
    stored_config(path, kept_config)  # before anything is set: what the run has must be usable by itself
    loaded = load_config(kept_config, overrides, Config, str(path / CONFIG))
    progress.stage("data")
    dataset = load_checked(loaded, drawn=True)
    _require_same_data(path, about, dataset)
    identity = {**identity_of(loaded, dataset), "evaluated": identity_hash(about.identity), "evaluate": VERSION}
    work = Evaluation(loaded, dataset, identity, source, files, about)
    return open_run(work, (out or place.parent) / f"{place.name}-evaluate-{identity_hash(identity)}")


def _require_same_data(path: Path, about: GroupEffectsManifest, dataset: Dataset) -> None:
    stored, found = about.sources, dict(dataset.sources)
    if sorted(stored.values()) == sorted(found.values()):
        return
    others = [name for name in sorted({*stored, *found}) if stored.get(name) != found.get(name)]
    raise DataError(
        f"{path}: expected the data that the run was made from; their SHA-256 differs for {', '.join(others)}; "
        "put the old files back, or run groupinf experiment on the new ones"
    )


def _drawn_anew(work: Evaluation) -> tuple[Study, Drawn]:
    """The study at the run's θ̂ and on its groups, and what is drawn for it."""
    dataset, about = work.dataset, work.of
    model = model_of(work.loaded, dataset)
    changed = changed_fit_from(work.loaded, dataset, model, about.lam, work.files)
    test = test_objective(dataset, model, changed.fitted.objective.basis)
    tested = draw_test_points(work.loaded, dataset, changed.fitted, test)
    drawn = Drawn(about.lam_over_n, tested, groups_from(work.files), (), about.skipped)
    groups, quantities = in_fit(drawn.groups, dataset), quantities_of(work.loaded, dataset)
    return make_study(changed, groups, test, drawn, quantities, work.loaded), drawn


def _described(work: Evaluation, study: Study, drawn: Drawn, notes: Sequence[str]) -> GroupEffectsManifest:
    """The run's manifest, with what is other here."""
    run, of = work.source.path.name, _with_losses(work, study)
    told = f"the groups and the retrained parameters are those of {run}: nothing was retrained"
    return replace(
        of,
        identity=work.identity,
        made_from="an evaluation of another run",
        test_points=study.test.labels,
        test_sets=drawn.tested.sets,
        test_keys=drawn.tested.keys,
        named_values=values_at_fit(named_values(work.loaded, work.dataset), study),
        drawn_at_lam_over_n=drawn.at,
        evaluations=tuple(evaluation.name for evaluation in study.evaluations),
        methods=tuple(method.name for method in study.methods),
        methods_with_options=methods_used(work.loaded.config.methods),
        scales=study.scales,
        gradient_norms=study.gradient_norms,
        notes=(
            told,
            *_loss_notes(work.of, of, study),
            *drawn.tested.notes,
            *notes,
            *same_step_notes(study, of.change),
            *told_at_fit(study),
        ),
        provenance=provenance(),
        evaluated=Evaluated(run, identity_hash(work.of.identity)),
        tables={},
        collected=False,
        agreement_interval="",
    )


def _with_losses(work: Evaluation, study: Study) -> GroupEffectsManifest:
    """The run's manifest with the losses that are linearised and measured here, and what follows from them."""
    dataset, fitted = work.dataset, study.fitted
    linearised, measured = (loss_used(other_loss(work.loaded, dataset, key)) for key in OTHER_LOSSES)
    options = work.loaded.config.model_or_default.options
    of = replace(work.of, loss_options=options, linearised=linearised, measured=measured, engine=engine_used(study))
    if not of.loss.smooth:
        of = replace(of, fit=replace(of.fit, gradient_norm=fitted.gradient_norm, decrement=fitted.decrement))
    if measured == work.of.measured:
        return of
    test = test_objective(dataset, of.model, fitted.objective.basis)
    trained = replace(trained_on(fitted.objective, dataset), loss=test.loss)
    return replace(of, train_loss=mean_loss(trained, fitted.theta), test_loss=mean_loss(test, fitted.theta))


def _loss_notes(run: GroupEffectsManifest, here: GroupEffectsManifest, study: Study) -> tuple[str, ...]:
    """Which losses are others than in the run, and how far θ̂ is from a minimum of the one that is linearised."""
    notes = []
    if here.linearised_in_text != run.linearised_in_text:
        there = f"those of the run with those of {run.linearised_in_text}"
        notes.append(f"predictions are made with the derivatives of {here.linearised_in_text}, {there}")
    if here.measured_in_text != run.measured_in_text:
        notes.append(f"losses are those of {here.measured_in_text}, in the run of {run.measured_in_text}")
    linearised = study.linearised or (None if here.loss.smooth else study)
    return (*notes, *(() if linearised is None else gradient_note(linearised.fitted)))


def _known_block(groups: Groups, retrained: Sequence[int], width: int, units: range) -> _KnownBlock:
    return _KnownBlock(units.start // width, groups_of_block(groups, retrained, units))


def _evaluate(known: _Known, block: _KnownBlock) -> dict[str, NDArray[Any]]:
    """A block without the parameters, which the run has."""
    arrays = known.source.read_block(block.number, known.files)
    stored = None if arrays is None else stored_block(arrays)
    if stored is None or stored.theta is None or stored.certificates is None:
        raise DataError(_broken(known.source.path, f"block {block.number} is missing or altered"))
    study = known.of.study
    groups = block.groups if stored.retrained is None else block.groups.of(stored.retrained)
    if not groups.members:
        return no_effects(study).arrays()
    theta = study.fitted.objective.in_coordinates(stored.theta.T).T
    effects = evaluate_block(study, groups.members, groups.names, theta, stored.certificates)
    return replace(block_to_store(known.of, effects, None), retrained=stored.retrained).arrays()


def _broken(path: Path, why: str) -> str:
    command = "experiment" if sweep_of(path) is None else "sweep"
    return f"{path}: {why}; groupinf {command} with the run's configuration restores it"
