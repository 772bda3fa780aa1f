"""What each method of a run costs: once for the study, and for each group, on one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import measures_of
from groupinf.effects.methods.method import Setting
from groupinf.effects.readout import predicted_reading
from groupinf.effects.study import Study
from groupinf.experiments.workers.processes import one_thread
from groupinf.numerics.change import Changed, changed
from groupinf.numerics.conjugate_gradient import Columns
from groupinf.numerics.engine import Engine
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows
from groupinf.numerics.reduced import Pencil, ReducedSolver
from groupinf.reproduction.restored import restored
from groupinf.studies.group_effects.result import Run
from groupinf.studies.group_effects.schema import LoadedStudy

# blocks that are timed, spread over the run: groups of every kind and size
BLOCKS = 4
# of so many goes the fastest counts: what else a machine does only adds
GOES = 3


@dataclass(frozen=True)
class Cost:
    """Seconds of one method: ``once`` for a study, and ``per_group`` on all its evaluations and test points."""

    once: float
    per_group: float


@dataclass(frozen=True)
class _WhenAsked:
    """The solver with H − H(δ), made when it is first asked: a method that does not ask does not pay for it."""

    engine: Engine
    block: Changed

    @cached_property
    def made(self) -> ReducedSolver:
        """The solver."""
        return self.engine.reduced(self.block)

    def solve(self, V: Array, columns: Columns, tolerance: float) -> Array:
        """As it does."""
        return self.made.solve(V, columns, tolerance)

    def pencil(self, column: int) -> Pencil | None:
        """As it has it."""
        return self.made.pencil(column)


def method_costs(run: Run) -> dict[str, Cost]:
    """The cost of each method by the name that tables have for it; raises DataError where the run is not whole."""
    loaded, blocks = restored(run)
    chosen = range(0, run.manifest.n_blocks, max(1, run.manifest.n_blocks // BLOCKS))
    members = [blocks.task(run.manifest.block(number)).members for number in chosen]
    study = blocks.shared.study
    return {name: one_thread(partial(_cost, loaded, study, members), name) for name in run.manifest.methods}


def _cost(loaded: LoadedStudy, study: Study, blocks: list[tuple[Rows, ...]], name: str) -> Cost:
    [method] = [method for method in loaded.config.methods if method.shown == name]
    setting = Setting(study.fitted, study.change, loaded.config.seed)
    once = _fastest(partial(method.step, setting))
    alone = replace(study, methods=tuple(one for one in study.methods if one.name == name))
    seconds = sum(_fastest(partial(_predict, alone, members)) for members in blocks)
    return Cost(once, seconds / sum(len(members) for members in blocks))


def _predict(study: Study, members: tuple[Rows, ...]) -> None:
    block = changed(study.fitted, study.change, members)
    at = BlockContext(block, _WhenAsked(study.engine, block), study.engine, study.influence_solver)
    predicted_reading(measures_of(study.evaluations, study.test, block), study.fitted, at, study.methods)


def _fastest(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(GOES):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)
