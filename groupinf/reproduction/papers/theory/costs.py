"""What the theory of a run costs beside its predictions and retrains: on one thread, the same blocks by turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from groupinf.config.load import load_config
from groupinf.effects.block import compute_block
from groupinf.effects.study import Study
from groupinf.errors import DataError
from groupinf.experiments.folder.run_directory import RunDirectory
from groupinf.experiments.workers.processes import one_thread
from groupinf.studies.group_effects.block import GroupsOfBlock
from groupinf.studies.group_effects.checks import load_checked
from groupinf.studies.group_effects.prepare import CONFIG, retraining
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.schema import Config
from groupinf.theory.block import theory_of
from groupinf.theory.theory import Theory, theory_for

# blocks that are timed, spread over the run: groups of every kind and size
BLOCKS = 2
# of so many goes the fastest counts: what else a machine does only adds
GOES = 2

Made = TypeVar("Made")


@dataclass(frozen=True)
class Cost:
    """Seconds: of the theory ``once`` for a study, and for each group of the theory and of all ``other`` that a run of
    ``groups`` computes of it; ``around`` what the run took beside its blocks and the theory: fit, groups, report.
    """

    once: float
    theory: float
    other: float
    groups: int
    around: float

    @property
    def added(self) -> float:
        """Seconds of theory ÷ seconds of predictions and retrains."""
        return self.seconds(self.groups) / (self.groups * self.other)

    @property
    def added_to_run(self) -> float:
        """Seconds of theory ÷ seconds of all of the run without it."""
        return self.seconds(self.groups) / (self.groups * self.other + self.around)

    def seconds(self, groups: int) -> float:
        """Of the theory of so many groups."""
        return self.once + groups * self.theory


def theory_cost(run: Run, beside_blocks: float) -> Cost:
    """The cost of the theory of a run that has one; raises DataError where the run is not whole.

    ``beside_blocks`` are the seconds that the run took beside its blocks, the theory once for the study among them.
    """
    loaded = load_config(run.path / CONFIG, (), Config)
    work, directory = retraining(loaded, load_checked(loaded)), RunDirectory(run.path)
    files = directory.read_prepared(run.manifest)
    if files is None:
        raise DataError(f"{run.path}: one of its files is missing or altered")
    blocks = work.restore(files, run.manifest)
    chosen = range(0, run.manifest.n_blocks, -(-run.manifest.n_blocks // BLOCKS))
    tasks = [blocks.task(run.manifest.block(number)) for number in chosen]
    once, theory, other = one_thread(partial(_measured, blocks.shared.study), tasks)
    groups = sum(len(task.members) for task in tasks)
    around = max(beside_blocks - once, 0.0)
    return Cost(once, theory / groups, other / groups, run.manifest.units, around)


def _measured(study: Study, tasks: Sequence[GroupsOfBlock]) -> tuple[float, float, float]:
    """Seconds of the theory once, of that of the blocks, and of all else that is computed of them."""
    once, theory = _timed(lambda: theory_for(study))
    of_theory, of_all_else = 0.0, 0.0
    for task in tasks:
        goes = [_by_turns(study, theory, task) for _ in range(GOES)]
        of_theory += min(own for own, _ in goes)
        of_all_else += min(other for _, other in goes)
    return once, of_theory, of_all_else


def _by_turns(study: Study, theory: Theory, task: GroupsOfBlock) -> tuple[float, float]:
    other, block = _timed(lambda: compute_block(study, task.members, task.names))
    own, _ = _timed(lambda: theory_of(theory, study, block))
    return own, other


def _timed(work: Callable[[], Made]) -> tuple[float, Made]:
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made
