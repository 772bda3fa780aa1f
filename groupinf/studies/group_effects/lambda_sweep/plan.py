"""What a sweep consists of: its values of λ/n from the largest down, and what decides the numbers at each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from groupinf.config.sweep_schema import SweepConfig, same
from groupinf.datasets.dataset import Dataset
from groupinf.experiments.driver import run_name
from groupinf.experiments.folder.identity import folder_name, identity_hash
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.sweep.steps import Step
from groupinf.studies.group_effects.draw import Drawn
from groupinf.studies.group_effects.identity import identity_of
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.group_effects.prepare import Given, retraining
from groupinf.studies.group_effects.schema import Config, LoadedStudy
from groupinf.studies.linear.schema import Regularization
from groupinf.wording import number


@dataclass(frozen=True)
class SweepPlan:
    """The study at its own λ/n, the reference; the grid, rising; and whether groups are drawn at each value."""

    reference: LoadedStudy
    grid: tuple[float, ...]
    redraw: bool


def plan_sweep(loaded: LoadedStudy, wanted: SweepConfig | None = None, redraw: bool = False) -> SweepPlan:
    """The sweep that the configuration describes, or ``wanted`` in its place; ConfigError where there is neither.

    Or where it is of another kind of study.
    """
    config: object = loaded.config
    if not isinstance(config, Config):
        expected = "expected a study of group effects, of which alone there are sweeps over λ/n"
        again = "groupinf experiment with --set regularization.lambda_over_n=VALUE runs another at one value"
        raise loaded.error(("study",), f"{expected}; {again}")
    sweep = wanted or loaded.config.regularization.sweep
    if sweep is None:
        expected = "expected sweep: {min: .., max: .., num: ..} or --lambda-over-n MIN:MAX:NUM, found neither"
        raise loaded.error(("regularization",), f"{expected} (in Python it is the argument lambda_over_n)")
    configured = loaded.config.regularization.sweep
    anew = redraw or sweep.redraw or (configured is not None and configured.redraw)
    return SweepPlan(without_sweep(loaded), sweep.grid(), anew)


def without_sweep(loaded: LoadedStudy) -> LoadedStudy:
    """The study at its reference λ/n alone."""
    return _regularized(loaded, loaded.config.regularization.model_copy(update={"sweep": None}))


def sweep_identity(plan: SweepPlan, dataset: Dataset) -> dict[str, Any]:
    """The study's identity with the grid; without the reference where nothing is drawn there."""
    identity = identity_of(plan.reference, dataset)
    if plan.redraw:
        del identity["config"]["regularization"]
    return {**identity, "sweep": {"lam_over_n": list(plan.grid), "redraw": plan.redraw}}


def sweep_name(plan: SweepPlan, dataset: Dataset) -> str:
    """``<name>-sweep-<hash>``, the folder of the sweep."""
    return f"{folder_name(plan.reference.config.name)}-sweep-{identity_hash(sweep_identity(plan, dataset))}"


def steps_of(
    plan: SweepPlan, dataset: Dataset, path: Path, drawn: Drawn | None
) -> tuple[Step[GroupEffectsManifest], ...]:
    """From the largest λ/n down, each fit from the parameters of the one before, in the sweep's folder ``path``.

    At the reference, where ``drawn`` was drawn, the study is what it is alone: its fit starts from zero, and the next
    one from there. With ``drawn`` None every step draws its own groups.
    """
    steps: list[Step[GroupEffectsManifest]] = []
    before: list[float] = []
    folders: tuple[RunDirectory, ...] = ()
    for value in reversed(plan.grid):
        if drawn is not None and same(value, drawn.at):
            value, before = drawn.at, []
            work = retraining(plan.reference, dataset)
        else:
            loaded = _regularized(plan.reference, Regularization(lambda_over_n=value))
            work = retraining(loaded, dataset, _given(drawn, before, folders if before else ()))
        steps.append(Step(value, work))
        before = [value, *before]
        folders = (RunDirectory(path / run_name(work)), *folders)
    return tuple(steps)


def _given(drawn: Drawn | None, before: list[float], after: tuple[RunDirectory, ...]) -> Given:
    """Where groups come from and which fits, back to the one from zero, θ̂ comes from; nothing for a study alone."""
    at = {} if drawn is None else {"drawn_at_lam_over_n": drawn.at}
    started = {"fit_started_from_lam_over_n": before} if before else {}
    if drawn is not None:
        note = f"groups and test points are those of λ/n = {number(drawn.at, 6)}, as in every run of the sweep"
        drawn = replace(drawn, notes=(*drawn.notes, note))
    return Given(drawn, after, {"sweep": {**at, **started}} if at or started else {})


def _regularized(loaded: LoadedStudy, regularization: Regularization) -> LoadedStudy:
    return replace(loaded, config=loaded.config.model_copy(update={"regularization": regularization}))
