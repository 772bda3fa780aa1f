"""What a sweep consists of: its values of λ/n from the largest down, and what decides the numbers at each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from groupinf.config.sweep_schema import same
from groupinf.datasets.dataset import Dataset
from groupinf.experiments.driver import run_name
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.sweep.steps import Step
from groupinf.studies.group_effects.draw import Drawn
from groupinf.studies.group_effects.identity import identity_of
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.group_effects.prepare import Given, retraining
from groupinf.studies.group_effects.schema import Config
from groupinf.studies.linear.lambda_sweep import SweepPlan, at_value, sweep_folder
from groupinf.wording import number

GroupSweepPlan = SweepPlan[Config]


def sweep_identity(plan: GroupSweepPlan, dataset: Dataset) -> dict[str, Any]:
    """The study's identity with the grid; without the reference where nothing is drawn there."""
    identity = identity_of(plan.reference, dataset)
    if plan.redraw:
        del identity["config"]["regularization"]
    return {**identity, "sweep": {"lam_over_n": list(plan.grid), "redraw": plan.redraw}}


def sweep_name(plan: GroupSweepPlan, dataset: Dataset) -> str:
    """The name of the folder of the sweep."""
    return sweep_folder(plan.reference.config.name, sweep_identity(plan, dataset))


def steps_of(
    plan: GroupSweepPlan, dataset: Dataset, path: Path, drawn: Drawn | None
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
            loaded = at_value(plan.reference, value)
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
