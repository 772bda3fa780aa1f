"""Folders that a command names: runs and sweeps, read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groupinf.errors import DataError
from groupinf.experiments.driver import load_run
from groupinf.experiments.folder.kinds import is_sweep
from groupinf.experiments.study import StudyKind
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.study import GROUP_EFFECTS
from groupinf.studies.sweeps import SWEEPS
from groupinf.wording import number


@dataclass(frozen=True)
class Source:
    """A folder that was named: one run, or the runs of a sweep, of the kind of study that was asked for."""

    path: Path
    runs: tuple[Any, ...]
    is_sweep: bool


def load_source(path: Path, kind: StudyKind[Any, Any] = GROUP_EFFECTS) -> Source:
    """Read a run, or a sweep over λ/n, of this kind of study.

    Raises DataError where the folder holds neither, one of another kind, or one that is not finished.
    """
    if is_sweep(path):
        return Source(path, SWEEPS[kind.name].load(path).runs, is_sweep=True)
    return Source(path, (load_run(kind, path),), is_sweep=False)


def series_of(sources: Sequence[Source]) -> list[tuple[Run, ...]]:
    """Runs by rising λ/n: those of a sweep together, and single runs of the same dataset together.

    Raises DataError where a series holds a λ/n twice, or fewer than two.
    """
    series: dict[str, list[Run]] = {}
    for source in sources:
        key = str(source.path) if source.is_sweep else f"runs of {source.runs[0].manifest.dataset}"
        series.setdefault(key, []).extend(source.runs)
    for name, runs in series.items():
        if not runs:
            raise DataError(f"{name}: expected a sweep with results, found none")
        runs.sort(key=lambda run: float(run.manifest.lam_over_n))
        values = [run.manifest.lam_over_n for run in runs]
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise DataError(f"{name}: expected every λ/n once, found {number(twice)} more than once")
        if len(runs) < 2:
            found = number(values[0])
            raise DataError(f"{runs[0].path}: expected two values of λ/n or more, found λ/n = {found} alone")
    return [tuple(runs) for runs in series.values()]
