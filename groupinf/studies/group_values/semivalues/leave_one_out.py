"""Leaving one group out."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from groupinf.numerics.losses.loss import Array
from groupinf.studies.group_values.semivalues.semivalue import Semivalue, Sets, Shares


class LeaveOneOut(Semivalue):
    """w = 1 for the coalition of all others, else 0: what is lost without the group. Always exact."""

    name: ClassVar = "leave_one_out"
    label: ClassVar = "Leave-one-out value"
    in_text: ClassVar = "leave-one-out value"
    equation: ClassVar = "v(all) − v(all but i)"
    leaves_one_out: ClassVar = True
    source: ClassVar = "the paper's actual effect, as a share"

    by: Literal["leave_one_out"] = "leave_one_out"

    def weights(self, groups: int) -> Array:
        """1 of all others."""
        return np.asarray(np.eye(groups)[-1])

    def is_exact(self, groups: int) -> bool:
        """Always."""
        return True

    def coalitions(self, groups: int, rng: np.random.Generator) -> Sets:
        """All groups but one, and all."""
        return np.vstack([~np.eye(groups, dtype=bool), np.ones((1, groups), dtype=bool)])

    def shares(self, sets: Sets, value: Array, error: Array) -> Shares:
        """v(all) − v(all but i)."""
        lost = value[-1] - value[:-1]
        return Shares(lost, np.zeros_like(lost), error[-1] + error[:-1])

    def most_coalitions(self, groups: int) -> int:
        """All groups, and each left out."""
        return groups + 1

    def told(self, groups: int) -> str:
        """One coalition for each group."""
        return "each group left out once"
