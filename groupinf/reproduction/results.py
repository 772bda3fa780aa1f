"""What a page needs of runs and sweeps, read from their folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import pandas as pd

from groupinf.analysis.agreement import ALL_KINDS
from groupinf.effects.evaluations.registry import EVALUATIONS
from groupinf.experiments.driver import TIMINGS
from groupinf.experiments.folder.files import read_json
from groupinf.reporting.paper.scatter import Shown
from groupinf.reporting.sources import load_source
from groupinf.reporting.words.summary import test_set_names
from groupinf.reproduction.record import Record
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.studies.group_effects.result import Run


@dataclass(frozen=True)
class Facts:
    """A run: its manifest, Spearman rows over all groups, the test point that figures show, names of its test sets."""

    manifest: GroupEffectsManifest
    spearman: pd.DataFrame
    point: int
    sets: Mapping[int, str]

    @property
    def dataset(self) -> str:
        """The name of the dataset."""
        return self.manifest.dataset

    @property
    def evaluations(self) -> tuple[str, ...]:
        """In the order of the table."""
        return tuple(map(str, self.spearman["evaluation"].unique()))

    def rows(self, evaluation: str, method: str) -> pd.DataFrame:
        """One row per test point."""
        table = self.spearman
        return table[(table["evaluation"] == evaluation) & (table["method"] == method)]

    def row(self, evaluation: str, method: str) -> pd.Series[Any]:
        """The row of the test point that figures show, or of the groups themselves for their own loss."""
        rows = self.rows(evaluation, method)
        point = self.point if EVALUATIONS[evaluation].on_test_points() else self.manifest.labels(evaluation)[0]
        return rows[rows["test_point"] == point].iloc[0]


def facts_of(run: Run) -> Facts:
    """The facts that every paper's page needs of a run."""
    return Facts(
        manifest=run.manifest,
        spearman=run.spearman[run.spearman["kind"] == ALL_KINDS].reset_index(drop=True),
        point=Shown(run).point,
        sets=test_set_names(run),
    )


Read = TypeVar("Read", bound=Facts)


@dataclass(frozen=True)
class Results(Generic[Read]):
    """Runs and evaluations by the name of their study; sweeps as their runs by rising λ/n; seconds of each stage."""

    runs: Mapping[str, Read]
    sweeps: Mapping[str, tuple[Read, ...]]
    stages: Mapping[str, Mapping[str, float]]

    @property
    def every_run(self) -> tuple[Read, ...]:
        """Runs, evaluations and the runs of sweeps."""
        return (*self.runs.values(), *(run for runs in self.sweeps.values() for run in runs))


def read_results(studies: Sequence[str], out: Path, record: Record, read: Callable[[Run], Read]) -> Results[Read]:
    """Read those of the studies that the record names as done; raises DataError where a folder is not what it was.

    ``read`` takes of a run what the page needs, and no more: effects are large.
    """
    runs: dict[str, Read] = {}
    sweeps: dict[str, tuple[Read, ...]] = {}
    stages: dict[str, Mapping[str, float]] = {}
    for name in studies:
        if name not in record.done():
            continue
        folder = out / record.done()[name].folder
        source = load_source(folder)
        if source.is_sweep:
            sweeps[name] = tuple(map(read, source.runs))
        else:
            runs[name] = read(source.runs[0])
        if (folder / TIMINGS).exists():
            stages[name] = read_json(folder / TIMINGS)["seconds"]
    return Results(runs, sweeps, stages)
