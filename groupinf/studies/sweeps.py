"""The kinds of study that can be run at many values of λ/n: one line each, by the name of the study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groupinf.config.load import STUDY, LoadedConfig
from groupinf.errors import DataError
from groupinf.experiments.folder.kinds import is_sweep, no_sweep
from groupinf.experiments.folder.manifest import SweepManifest
from groupinf.experiments.folder.stored_manifest import REGISTERS_IT
from groupinf.experiments.folder.sweep_folder import sweep_manifest
from groupinf.experiments.sweep.kind import SweepKind
from groupinf.experiments.sweep.result import Sweep
from groupinf.registry import Registry
from groupinf.studies.registry import kind_of

SWEEPS: Registry[SweepKind[Any, Any, Any]] = Registry(
    "sweep",
    {
        "group_effects": "groupinf.studies.group_effects.lambda_sweep.open:GROUP_SWEEP",
        "repair_labels": "groupinf.studies.repair_labels.lambda_sweep.open:REPAIR_SWEEP",
    },
)


def sweep_of(loaded: LoadedConfig[Any]) -> SweepKind[Any, Any, Any]:
    """How the study that a configuration is of is swept; raises ConfigError where there are no sweeps of its kind."""
    name = kind_of(loaded).name
    if name not in SWEEPS:
        raise loaded.error((STUDY,), f"expected one that is run over λ/n, {' or '.join(SWEEPS)}, found {name}")
    return SWEEPS[name]


def load_sweep(path: Path) -> Sweep[Any, Any]:
    """A finished sweep of whatever kind; raises DataError where the folder holds none, or a run of it is unfinished."""
    if not is_sweep(path):
        raise DataError(no_sweep(path))
    name = sweep_manifest(path, SweepManifest).study
    if name not in SWEEPS:
        raise DataError(f"{path}: expected a sweep of {' or '.join(SWEEPS)}, found one of {name}; {REGISTERS_IT}")
    return SWEEPS[name].load(path)
