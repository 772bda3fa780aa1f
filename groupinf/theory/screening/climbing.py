"""Groups on their way up the levels: what is computed of them once and serves every level that they reach."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from groupinf.effects.block import block_context
from groupinf.effects.context import BlockContext
from groupinf.effects.evaluations.evaluation import Measure, Quantity, measures_of
from groupinf.effects.study import Study
from groupinf.numerics.objective import Rows


class Climbing:
    """Some groups of a study by their rows, of which intervals on the ``evaluations`` are looked for; ``names`` are
    what errors call them.

    What solves for them is computed where a level first asks for it.
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
        self._given = at

    @cached_property
    def at(self) -> BlockContext:
        """The changed groups, and what solves for them."""
        return block_context(self.study, self.members) if self._given is None else self._given

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """What intervals are of."""
        return measures_of(self.evaluations, self.study.test, self.at.changed)

    def of(self, columns: NDArray[np.int64]) -> Climbing:
        """Some of the groups, with what has been computed of them."""
        members, names = ([each[column] for column in columns] for each in (self.members, self.names))
        return Climbing(self.study, self.evaluations, members, names, self._narrowed(columns))

    def _narrowed(self, columns: NDArray[np.int64]) -> BlockContext | None:
        computed = "at" in vars(self) or self._given is not None
        return self.at.narrowed(columns) if computed else None
