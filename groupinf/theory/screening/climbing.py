"""Groups on their way up the levels: what is computed of them once and serves every level that they reach."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.block import block_context
from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import Measure, Quantity, measures_of
from groupinf.effects.methods.newton import NewtonStep
from groupinf.effects.study import Study
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Rows
from groupinf.theory.intervals import Place
from groupinf.theory.prover import Prover


class Climbing:
    """Some groups of a study by their rows, of which intervals on the ``evaluations`` are looked for; ``names`` are
    what errors call them.

    What solves for them, and what is found of them, is computed where a level first asks for it.
    """

    def __init__(
        self,
        study: Study,
        evaluations: Sequence[Quantity],
        members: Sequence[Rows],
        names: Sequence[str],
        at: BlockContext | None = None,
    ) -> None:
        self.study = study
        self.evaluations = evaluations
        self.members = tuple(members)
        self.names = tuple(names)
        if at is not None:
            self.at = at

    @cached_property
    def at(self) -> BlockContext:
        """The changed groups, and what solves for them."""
        return block_context(self.study, self.members)

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """What intervals are of."""
        return measures_of(self.evaluations, self.study.test, self.at.changed)

    @property
    def newton(self) -> Array:
        """The Newton step: (P, B)."""
        return self.at.solution(NewtonStep()).delta

    def after(self, prover: Prover, step: Array) -> Place:
        """Where their minima are proven to be around θ̂ + ``step`` (P, B)."""
        if "amplification" not in vars(self):
            self.amplification = prover.amplification(self.at, self.at.pencils)
        with np.errstate(over="ignore", invalid="ignore"):  # where a step leads far away nothing is proven
            place = prover.after(self.at, self.at.pencils, step, self.amplification)
        self.step, self.gradient = step, place.gradient
        return place

    def of(self, columns: NDArray[np.int64]) -> Climbing:
        """Some of the groups, with what has been computed of them."""
        members, names = ([each[column] for column in columns] for each in (self.members, self.names))
        at = self.at.narrowed(columns) if "at" in vars(self) else None
        some = Climbing(self.study, self.evaluations, members, names, at)
        if "amplification" in vars(self):
            some.amplification = self.amplification[columns]
        if "step" in vars(self):
            some.step, some.gradient = self.step[:, columns], self.gradient[:, columns]
        return some

    amplification: Array
    step: Array
    gradient: Array
