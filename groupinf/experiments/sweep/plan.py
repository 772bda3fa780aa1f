"""What a sweep consists of: its values of λ/n from the largest down, and what decides the numbers at each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from groupinf.config.sweep_schema import SweepConfig, same
from groupinf.datasets.dataset import Dataset
from groupinf.experiments.folder.identity import folder_name, identity_hash, identity_of
from groupinf.studies.group_effects.schema import LoadedStudy as LoadedConfig
from groupinf.studies.group_effects.schema import Regularization


@dataclass(frozen=True)
class SweepPlan:
    """The study at its own λ/n, the reference; the grid, rising; and whether groups are drawn at each value."""

    reference: LoadedConfig
    grid: tuple[float, ...]
    redraw: bool


@dataclass(frozen=True)
class Step:
    """One value of λ/n: its study, what decides its numbers beside the study, and whether its fit starts from zero."""

    lam_over_n: float
    loaded: LoadedConfig
    given: Mapping[str, Any]
    cold: bool

    def name(self, dataset: Dataset) -> str:
        """The folder of the run; that of the same study alone where nothing else decides its numbers."""
        identity = {**identity_of(self.loaded, dataset), **self.given}
        return f"{folder_name(self.loaded.config.name)}-{identity_hash(identity)}"


def plan_sweep(loaded: LoadedConfig, wanted: SweepConfig | None = None, redraw: bool = False) -> SweepPlan:
    """The sweep that the configuration describes, or ``wanted`` in its place; ConfigError where there is neither."""
    sweep = wanted or loaded.config.regularization.sweep
    if sweep is None:
        expected = "expected sweep: {min: .., max: .., num: ..} or --lambda-over-n MIN:MAX:NUM, found neither"
        raise loaded.error(("regularization",), expected)
    configured = loaded.config.regularization.sweep
    anew = redraw or sweep.redraw or (configured is not None and configured.redraw)
    return SweepPlan(without_sweep(loaded), sweep.grid(), anew)


def without_sweep(loaded: LoadedConfig) -> LoadedConfig:
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


def steps_of(plan: SweepPlan, drawn_at: float | None) -> tuple[Step, ...]:
    """From the largest λ/n down, each fit from the parameters of the one before.

    At the reference ``drawn_at`` the study is what it is alone: its fit starts from zero, and the next one from there.
    With ``drawn_at`` None every step draws its own groups.
    """
    steps: list[Step] = []
    before: list[float] = []
    for value in reversed(plan.grid):
        if drawn_at is not None and same(value, drawn_at):
            value, before = drawn_at, []
            steps.append(Step(value, plan.reference, {}, cold=True))
        else:
            loaded = _regularized(plan.reference, Regularization(lambda_over_n=value))
            steps.append(Step(value, loaded, _given(drawn_at, before), cold=not before))
        before = [value, *before]
    return tuple(steps)


def _given(drawn_at: float | None, before: list[float]) -> dict[str, Any]:
    """Where groups come from and which fits, back to the one from zero, θ̂ comes from; empty for a study alone."""
    drawn = {} if drawn_at is None else {"drawn_at_lam_over_n": drawn_at}
    started = {"fit_started_from_lam_over_n": before} if before else {}
    return {"sweep": {**drawn, **started}} if drawn or started else {}


def _regularized(loaded: LoadedConfig, regularization: Regularization) -> LoadedConfig:
    return replace(loaded, config=loaded.config.model_copy(update={"regularization": regularization}))
