"""Other test points, evaluations and methods on the groups of a run: from its stored parameters, without retraining."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from groupinf.config.overrides import parse_override
from groupinf.datasets.dataset import Dataset
from groupinf.effects.block import evaluate_block
from groupinf.effects.study import Study
from groupinf.errors import ConfigError, DataError
from groupinf.experiments.collect import collect
from groupinf.experiments.compute import Outcome, Task, outcomes_of
from groupinf.experiments.folder.files import npz_arrays
from groupinf.experiments.folder.identity import identity_hash, identity_of
from groupinf.experiments.folder.kinds import sweep_of
from groupinf.experiments.folder.outline import Outline, stored_outline
from groupinf.experiments.folder.provenance import provenance
from groupinf.experiments.folder.result import Run
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.folder.store import store_prepared
from groupinf.experiments.prepare import fitted_from
from groupinf.experiments.run import finished, load_run, write_timings
from groupinf.experiments.workers.processes import one_thread
from groupinf.experiments.workers.progress import Progress
from groupinf.studies.group_effects.block import block_to_store, stored_block
from groupinf.studies.group_effects.checks import evaluations_of, load_checked, test_objective
from groupinf.studies.group_effects.draw import Drawn, draw_test_points, make_study
from groupinf.studies.group_effects.manifest import Evaluated, GroupEffectsManifest
from groupinf.studies.group_effects.schema import LoadedStudy as LoadedConfig
from groupinf.studies.load import load_config

SETTABLE = ("test_points", "evaluations", "methods")
# raised when an evaluation gives other numbers for the same run and settings
VERSION = 1


@dataclass(frozen=True)
class _Stored:
    """What every block is evaluated with: the study, and the run that holds the retrained parameters."""

    study: Study
    source: RunDirectory


def evaluate(path: Path, overrides: Sequence[str], out: Path | None, jobs: int, progress: Progress) -> Run:
    """The effects of the groups of the run in ``path`` on what ``overrides`` set; the run that holds them.

    It lies in ``out``/<run>-evaluate-<hash>, beside the run where ``out`` is None; a block that is stored there is not
    computed again. Raises ConfigError where anything but test_points, evaluations and methods is set, and DataError
    where the run is not finished, not whole, or was made from other data than those found.
    """
    require_settable(overrides)
    source, outline, config = _retrained_run(path.absolute())
    loaded = load_config(_reset(config, overrides), overrides)
    progress.stage("data")
    dataset = load_checked(loaded)
    _require_same_data(path, outline.manifest, dataset)
    identity = _identity(loaded, dataset, outline.manifest)
    target = RunDirectory((out or source.path.parent) / f"{source.path.name}-evaluate-{identity_hash(identity)}")
    if finished(target):
        progress.note(f"{target.path}: evaluated already, only its report is written again")
        return load_run(target.path)
    target.require_writable()
    clock = [time.perf_counter()]
    progress.stage("prepare")
    study, drawn = one_thread(partial(_study, loaded, dataset, source), outline)
    contents, description = _contents(loaded, source, outline), _description(study, drawn, source, outline)
    manifest = store_prepared(target, contents, replace(description, identity=identity))
    evaluated = replace(outline, manifest=manifest)
    clock.append(time.perf_counter())
    _compute(evaluated, _Stored(study, source), target, jobs, progress)
    clock.append(time.perf_counter())
    collect(evaluated, target.path.name, target, progress)
    write_timings(target, [*clock, time.perf_counter()], jobs)
    return load_run(target.path)


def require_settable(overrides: Sequence[str]) -> None:
    """Raises ConfigError where another key is set than those that leave the retrained parameters alone, or none is."""
    if not overrides:
        raise ConfigError(f"--set: expected at least one of {', '.join(SETTABLE)} to be set, found nothing")
    for override in map(parse_override, overrides):
        if override.parts[0] not in SETTABLE:
            raise ConfigError(
                f"{override.place}: expected test_points, evaluations or methods, found {override.parts[0]}; "
                "the stored parameters are those of the run's data, λ and groups: for others run groupinf experiment"
            )


def _retrained_run(path: Path) -> tuple[RunDirectory, Outline, Mapping[str, Any]]:
    """The run's folder, its outline and its configuration."""
    run, source = load_run(path), RunDirectory(path)
    if run.manifest.evaluated is not None:
        of = run.manifest.evaluated.run
        raise DataError(f"{path}: expected a run with retrained parameters; this is an evaluation of {of}: name that")
    outline = stored_outline(source, run.manifest)
    if outline is None:
        raise DataError(_broken(path, "one of its files is missing or altered"))
    return source, outline, run.config


def _reset(config: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """The run's configuration; what is set of test points replaces all that it says of them."""
    dropped = {parse_override(o).parts[0] for o in overrides} & {"test_points"}
    return {key: value for key, value in config.items() if key not in dropped}


def _require_same_data(path: Path, manifest: GroupEffectsManifest, dataset: Dataset) -> None:
    stored, found = manifest.sources, dict(dataset.sources)
    if sorted(stored.values()) == sorted(found.values()):
        return
    others = [name for name in sorted({*stored, *found}) if stored.get(name) != found.get(name)]
    raise DataError(
        f"{path}: expected the data that the run was made from; their SHA-256 differs for {', '.join(others)}; "
        "put the old files back, or run groupinf experiment on the new ones"
    )


def _identity(loaded: LoadedConfig, dataset: Dataset, of: GroupEffectsManifest) -> dict[str, Any]:
    return {**identity_of(loaded, dataset), "evaluated": identity_hash(of.identity), "evaluate": VERSION}


def _study(loaded: LoadedConfig, dataset: Dataset, source: RunDirectory, outline: Outline) -> tuple[Study, Drawn]:
    theta = source.read("theta.npz", outline.manifest)
    assert theta is not None  # the outline is there only if this file is
    fitted = fitted_from(dataset, outline.manifest.lam, npz_arrays(theta))
    test = test_objective(dataset, fitted.objective.basis)
    tested = draw_test_points(loaded, dataset, fitted, test)
    drawn = Drawn(outline.manifest.lam_over_n, tested, outline.groups, (), outline.manifest.skipped)
    return make_study(fitted, test, drawn, evaluations_of(loaded, dataset), loaded), drawn


def _contents(loaded: LoadedConfig, source: RunDirectory, outline: Outline) -> dict[str, bytes]:
    """What the run has prepared, with the configuration as it is evaluated."""
    config = yaml.safe_dump(loaded.resolved(), sort_keys=False, allow_unicode=True).encode()
    return (source.read_prepared(outline.manifest) or {}) | {"config.yaml": config}


def _description(study: Study, drawn: Drawn, source: RunDirectory, outline: Outline) -> GroupEffectsManifest:
    """The run's manifest, with what is other here."""
    about, run = outline.manifest, source.path.name
    told = f"the groups and the retrained parameters are those of {run}: nothing was retrained"
    return replace(
        about,
        test_points=study.test.labels,
        test_sets=drawn.tested.sets,
        test_keys=drawn.tested.keys,
        drawn_at_lam_over_n=drawn.at,
        evaluations=tuple(evaluation.name for evaluation in study.evaluations),
        methods=tuple(method.name for method in study.methods),
        scales=study.scales,
        gradient_norms=study.gradient_norms,
        notes=(told, *drawn.tested.notes),
        provenance=provenance(),
        evaluated=Evaluated(run, identity_hash(about.identity)),
        tables={},
        collected=False,
        agreement_interval="",
    )


def _compute(outline: Outline, stored: _Stored, target: RunDirectory, jobs: int, progress: Progress) -> None:
    missing = [b for b in range(len(outline.blocks)) if target.read_block(b) is None]
    if not missing:
        return
    progress.stage("evaluate", sum(len(outline.blocks[b]) for b in missing))
    with closing(outcomes_of(_evaluate, stored, outline, missing, jobs)) as outcomes:
        for outcome in outcomes:
            target.write_block(outcome.number, outcome.arrays)
            progress.advance(len(outline.blocks[outcome.number]))


def _evaluate(stored: _Stored, task: Task) -> Outcome:
    """A block without the parameters, which the run has."""
    arrays = stored.source.read_block(task.number)
    known = None if arrays is None else stored_block(arrays)
    if known is None or known.theta is None:
        raise DataError(_broken(stored.source.path, f"block {task.number} is missing or altered"))
    theta = stored.study.fitted.objective.in_coordinates(known.theta.T).T
    certificates = known.passes, known.refreshed, known.at_rounding
    block = evaluate_block(stored.study, task.members, task.names, theta, *certificates)
    return Outcome(task.number, block_to_store(block, None).arrays())


def _broken(path: Path, why: str) -> str:
    command = "experiment" if sweep_of(path) is None else "sweep"
    return f"{path}: {why}; groupinf {command} with the run's configuration restores it"
