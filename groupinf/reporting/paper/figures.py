"""The paper's figures from finished runs: what each is called, and which runs and sweeps it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from groupinf.effects.methods.influence import INFLUENCE
from groupinf.effects.methods.newton import NEWTON
from groupinf.errors import DataError
from groupinf.experiments.folder.kinds import is_sweep
from groupinf.reporting.paper.grid import grid_figure
from groupinf.reporting.paper.lines import spearman_figure
from groupinf.reporting.paper.scatter import by_evaluation, by_lambda, by_method, other_test_points
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.study import load_run, load_sweep
from groupinf.wording import number

# what the figures are called, and what the paper calls them
NAMES = ("figure-1", "figure-2", "figure-c1", "figure-c2", "figure-c3", "figure-c4")

_OF_RUNS: dict[str, Callable[[Sequence[Run]], Figure]] = {
    "figure-1": lambda runs: grid_figure(by_evaluation(runs, INFLUENCE)),
    "figure-2": lambda runs: grid_figure(by_evaluation(runs, NEWTON)),
    "figure-c1": lambda runs: grid_figure(other_test_points(runs)),
    "figure-c4": lambda runs: grid_figure(by_method(runs)),
}
_OF_SERIES: dict[str, Callable[[Sequence[Sequence[Run]]], Figure]] = {
    "figure-c2": lambda series: grid_figure(by_lambda(series)),
    "figure-c3": spearman_figure,
}


@dataclass(frozen=True)
class Source:
    """A folder that was named: one run, or the runs of a sweep."""

    path: Path
    runs: tuple[Run, ...]
    is_sweep: bool


def load_source(path: Path) -> Source:
    """Read a run or a sweep; raises DataError where the folder holds neither or is not finished."""
    if is_sweep(path):
        return Source(path, load_sweep(path).runs, is_sweep=True)
    return Source(path, (load_run(path),), is_sweep=False)


def paper_figure(name: str, sources: Sequence[Source]) -> Figure:
    """The figure ``name`` of NAMES; raises DataError where the runs are not what it joins, or lack what it shows."""
    if name in _OF_SERIES:
        return _OF_SERIES[name](series_of(sources))
    for source in sources:
        if source.is_sweep:
            raise DataError(f"{source.path}: expected a run for {name}, found a sweep; name one of the runs in it")
    return _OF_RUNS[name]([run for source in sources for run in source.runs])


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
