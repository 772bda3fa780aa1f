"""Adding: rows that the fit has not seen are added to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from groupinf.config.section import Problem
from groupinf.effects.changes.change import Change

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Add(Change):
    """The rows of a group, drawn from a pool, are added to the training rows: s = 0, s' = their own weight.

    The data mark the pool, or it is a random share ``pool_fraction`` of the training rows, kept out of the fit.
    """

    name: ClassVar = "add"
    noun: ClassVar = "adding"
    doing: ClassVar = "adding"
    does: ClassVar = "adds"
    of_pool: ClassVar = True

    change: Literal["add"] = "add"
    pool_fraction: Annotated[float, Field(gt=0, lt=1)] | None = None

    @property
    def times(self) -> float:
        """1: a row that is added counts as much as its weight says."""
        return 1.0

    @property
    def done(self) -> str:
        """Added."""
        return "added"

    @property
    def convention(self) -> str:
        """With and without."""
        return (
            "λ kept when points are added. Effect = f with the group added − f without it: positive means that adding "
            "the group raises f"
        )

    def pool(self, n: int, rng: np.random.Generator) -> NDArray[np.int64] | None:
        """int(pool_fraction·n) of the n training rows, sorted; None where the data mark the pool."""
        if self.pool_fraction is None:
            return None
        return np.sort(rng.choice(n, int(self.pool_fraction * n), replace=False)).astype(np.int64)

    def check(self, n: int, classes: Sequence[object], marked: int) -> Problem | None:
        """One pool, marked or drawn, with rows."""
        if self.pool_fraction is None:
            expected = "expected a pool: pool_fraction, or data that mark its rows, found neither"
            hint = "pool_fraction: 0.2 keeps a fifth of the training rows out of the fit"
            return None if marked else Problem("change", f"{expected}; {hint}")
        if marked:
            found = f"found pool_fraction beside {marked:,} rows that the data put into one"
            return Problem("pool_fraction", f"expected one pool, {found}; leave out pool_fraction")
        if int(self.pool_fraction * n) == 0:
            found = f"found int({self.pool_fraction:g} · {n}) = 0"
            return Problem("pool_fraction", f"expected a pool of at least 1 row, {found}")
        return None
