"""Reweighting: the rows of a group count more or less than they do."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from groupinf.effects.changes.change import Change
from groupinf.wording import number


class Reweight(Change):
    """The rows of a group count ``factor`` times: s' = factor·s. 0 is removal, 2 doubles them."""

    name: ClassVar = "reweight"
    noun: ClassVar = "reweighting"
    doing: ClassVar = "reweighting"
    does: ClassVar = "reweights"

    change: Literal["reweight"] = "reweight"
    factor: Annotated[float, Field(ge=0, allow_inf_nan=False)]

    @property
    def times(self) -> float:
        """The factor."""
        return self.factor

    @property
    def done(self) -> str:
        """How many times it counts."""
        return f"counted {number(self.factor, 6)} times"

    @property
    def convention(self) -> str:
        """So many times, and once."""
        return (
            f"λ kept when points are reweighted. Effect = f with the group's points counted {number(self.factor, 6)} "
            "times − f with each counted once: positive means that counting them so raises f"
        )
