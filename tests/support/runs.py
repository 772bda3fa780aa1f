"""Runs of group effects by single calls, as tests of the driver and of the study make them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from groupinf.experiments import stages
from groupinf.experiments.driver import execute_study
from groupinf.experiments.sweep import execute as sweeps
from groupinf.experiments.sweep.steps import OpenSweep
from groupinf.experiments.workers.progress import Progress, Silent
from groupinf.experiments.workers.shards import Shard
from groupinf.studies.group_effects.lambda_sweep.open import GROUP_SWEEP, open_sweep
from groupinf.studies.group_effects.lambda_sweep.plan import GroupSweepPlan
from groupinf.studies.group_effects.result import Run, Sweep
from groupinf.studies.group_effects.schema import LoadedStudy
from groupinf.studies.group_effects.study import GROUP_EFFECTS
from groupinf.studies.load import load_config
from groupinf.studies.registry import STUDIES


def execute(
    loaded: LoadedStudy, out: Path, jobs: int, fresh: bool, progress: Progress, scheduler: str | None = None
) -> Run:
    return execute_study(GROUP_EFFECTS, loaded, out, jobs, fresh, progress, scheduler)


def unreported(config: str | Path | Mapping[str, Any], out: Path) -> Run:
    """The run of a configuration, computed in this process, for tests that read numbers alone: no report is written."""
    return execute(load_config(config), out, 1, False, Silent())


def prepare_only(loaded: LoadedStudy, out: Path, jobs: int, fresh: bool, progress: Progress) -> Path:
    return stages.prepare_only(GROUP_EFFECTS, loaded, out, jobs, fresh, progress)


def execute_shard(
    loaded: LoadedStudy, out: Path, jobs: int, shard: Shard, progress: Progress, scheduler: str | None = None
) -> stages.ShardDone:
    return stages.execute_shard(GROUP_EFFECTS, loaded, out, jobs, shard, progress, scheduler)


def collect_run(path: Path, progress: Progress) -> Run:
    run: Run = stages.collect(STUDIES, path, progress)
    return run


def collect_sweep(path: Path, progress: Progress) -> Sweep:
    stages.collect_all(STUDIES, path, progress)
    return GROUP_SWEEP.load(path)


def prepare_sweep(
    plan: GroupSweepPlan, out: Path, jobs: int, fresh: bool, progress: Progress
) -> tuple[OpenSweep[Any, Any], list[Any]]:
    sweep = open_sweep(plan, out, jobs, fresh, progress)
    return sweep, sweeps.prepare_all(sweep, jobs, progress)


def sweep_shard(plan: GroupSweepPlan, out: Path, jobs: int, shard: Shard, progress: Progress) -> stages.ShardDone:
    return sweeps.compute_shard(open_sweep(plan, out, jobs, False, progress), jobs, shard, progress)


def members(run: Run) -> list[np.ndarray]:
    """The rows of each group."""
    archive = np.load(run.path / "groups.npz")
    return np.split(archive["indices"], archive["indptr"][1:-1])


def effects_on(run: Run, evaluation: str, method: str = "actual") -> np.ndarray:
    """(groups, test points)."""
    found = run.effects[(run.effects["method"] == method) & (run.effects["evaluation"] == evaluation)]
    return found.pivot(index="group", columns="test_point", values="effect")[list(run.manifest.test_points)].to_numpy()
