"""What a kind of study brings along so that it can be run at many values: a plan, and how that is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol

from groupinf.experiments.folder.sweep_folder import OwnSweep
from groupinf.experiments.study import Own, Result, StudyKind
from groupinf.experiments.sweep.execute import run_all
from groupinf.experiments.sweep.result import Sweep, load_sweep
from groupinf.experiments.sweep.steps import OpenSweep
from groupinf.experiments.workers.progress import Progress

Plan = Any


class Opens(Protocol[Own, OwnSweep]):
    """Opens a planned sweep in its folder in ``out``, which ``fresh`` empties.

    Raises ConfigError and DataError before anything runs, ConvergenceError where what all values share fails.
    """

    def __call__(self, plan: Plan, out: Path, jobs: int, fresh: bool, progress: Progress) -> OpenSweep[Own, OwnSweep]:
        """The sweep, with its sweep.json written."""


@dataclass(frozen=True)
class SweepKind(Generic[Own, Result, OwnSweep]):
    """Sweeps of a kind of study, and the class of their manifests.

    ``plan`` makes the plan of a loaded configuration, of the values that are wanted in place of its own, or None, and
    of whether to draw anew at each; it raises ConfigError where there are no values, or the study cannot do what is
    asked. ``folder`` names the folder of a plan, whose data it loads and checks.
    """

    study: StudyKind[Own, Result]
    manifest: type[OwnSweep]
    plan: Callable[[Any, Any, bool], Plan]
    open: Opens[Own, OwnSweep]
    folder: Callable[[Plan], str]

    @property
    def name(self) -> str:
        """That of the study."""
        return self.study.name

    def execute(self, plan: Plan, out: Path, jobs: int, fresh: bool, progress: Progress) -> Sweep[Result, OwnSweep]:
        """Run what is not done yet in the sweep's folder in ``out``, value after value; raises as ``open``.

        A value that does not converge is listed in the manifest's ``failures``, and the others are run all the same.
        """
        return self.load(run_all(lambda: self.open(plan, out, jobs, fresh, progress), jobs, progress).path)

    def load(self, path: Path) -> Sweep[Result, OwnSweep]:
        """Read a finished sweep back; raises DataError where the folder holds none, or one of its runs is unfinished.

        Or where it is of another kind of study.
        """
        return load_sweep(self.study, self.manifest, path)
