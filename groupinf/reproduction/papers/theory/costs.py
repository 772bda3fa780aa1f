"""What the theory of a run costs beside its predictions and retrains: on one thread, the same blocks by turns."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from groupinf.effects.block import compute_block
from groupinf.effects.study import Study
from groupinf.experiments.workers.processes import one_thread
from groupinf.reproduction.restored import restored
from groupinf.studies.group_effects.block import GroupsOfBlock
from groupinf.studies.group_effects.result import Run
from groupinf.theory.block import theory_of
from groupinf.theory.theory import theory_for

# blocks that are timed, spread over the run: groups of every kind and size
BLOCKS = 4

Made = TypeVar("Made")


@dataclass(frozen=True)
class Cost:
    """Seconds of a processor: of the theory ``once`` for a study, and for each group of the theory and of all ``other``
    that a run of ``groups`` computes of it; and ``whole`` that of the run in all, 0 where that is not known.
    """

    once: float
    theory: float
    other: float
    groups: int
    whole: float

    @property
    def added(self) -> float:
        """The theory ÷ predictions and retrains."""
        return self.seconds(self.groups) / (self.groups * self.other)

    @property
    def added_to_run(self) -> float:
        """The theory ÷ all of the run without it; NaN where that is not known."""
        theory = self.seconds(self.groups)
        return theory / (self.whole - theory) if self.whole > theory else math.nan

    def seconds(self, groups: int) -> float:
        """Of the theory of so many groups."""
        return self.once + groups * self.theory


def theory_cost(run: Run, whole: float) -> Cost:
    """The cost of the theory of a run that has one, and took ``whole`` seconds of processors.

    Raises DataError where the run is not whole.
    """
    _, blocks = restored(run)
    chosen = range(0, run.manifest.n_blocks, -(-run.manifest.n_blocks // BLOCKS))
    tasks = [blocks.task(run.manifest.block(number)) for number in chosen]
    once, theory, other = one_thread(partial(_measured, blocks.shared.study), tasks)
    groups = sum(len(task.members) for task in tasks)
    return Cost(once, theory / groups, other / groups, run.manifest.units, whole)


def _measured(study: Study, tasks: Sequence[GroupsOfBlock]) -> tuple[float, float, float]:
    """Seconds of the theory once, of that of the blocks, and of all else that is computed of them."""
    once, theory = _timed(lambda: theory_for(study))
    of_theory, of_all_else = 0.0, 0.0
    for task in tasks:
        other, block = _timed(partial(compute_block, study, task.members, task.names))
        own, _ = _timed(partial(theory_of, theory, study, block))
        of_theory, of_all_else = of_theory + own, of_all_else + other
    return once, of_theory, of_all_else


def _timed(work: Callable[[], Made]) -> tuple[float, Made]:
    began = time.process_time()
    made = work()
    return time.process_time() - began, made
