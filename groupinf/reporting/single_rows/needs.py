"""Of which kind of runs a figure of single rows is: what it needs of each run, and what runs that it joins share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from groupinf.errors import DataError
from groupinf.reporting.single_rows.removed import train_labels
from groupinf.studies.group_effects.result import Run
from groupinf.wording import counted, listed


@dataclass(frozen=True)
class Need:
    """What a figure is of, as ``expected`` in words, and whether a run is that."""

    expected: str
    met: Callable[[Run], bool]


ANY = Need("a run", lambda run: True)
REGRESSION = Need("a regression", lambda run: not run.manifest.classes)
CLASSES = Need("a run with classes", lambda run: bool(run.manifest.classes))
TWO_CLASSES = Need("a run of two classes", lambda run: len(run.manifest.classes) == 2)


def needed(runs: Sequence[Run], need: Need) -> Sequence[Run]:
    """The runs; raises DataError where one is not what is needed, or is there twice."""
    for i, run in enumerate(runs):
        if not need.met(run):
            raise DataError(f"{run.path}: expected {need.expected}, found {_kind(run)}")
        if run.path in [other.path for other in runs[:i]]:
            raise DataError(f"{run.path}: expected each run once, found it again")
    return runs


def of_the_same_rows(runs: Sequence[Run]) -> Sequence[Run]:
    """The runs; raises DataError where training rows or the first test point of one are not those of the first."""
    first = runs[0]
    for run in runs[1:]:
        if train_labels(run).tolist() != train_labels(first).tolist():
            raise DataError(f"{run.path}: expected the training rows of {first.path}, found others")
        at, own = (of.manifest.test_points[:1] for of in (first, run))
        if at != own:
            raise DataError(
                f"{run.path}: expected test point {listed(map(str, at))} first, found {listed(map(str, own))}"
            )
    return runs


def machine_and_smooth(runs: Sequence[Run]) -> Sequence[Run]:
    """The runs; raises DataError where they are not two, of a machine and of a model whose loss is smooth."""
    found = [run.manifest.loss.label for run in runs]
    if len(runs) != 2 or len({run.manifest.loss.smooth for run in runs}) != 2:
        counts = f"{counted(len(runs), 'run')}: {listed(found)}"
        where = ", ".join(str(run.path) for run in runs)
        raise DataError(f"{where}: expected two runs, of a logistic regression and of a machine, found {counts}")
    return runs


def _kind(run: Run) -> str:
    classes = len(run.manifest.classes)
    return f"one of {counted(classes, 'class', 'classes')}" if classes else "a regression"
