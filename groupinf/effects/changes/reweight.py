"""Reweighting: the rows of a group count more or less than they do."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from groupinf.effects.changes.change import Change
from groupinf.wording import number


def _other_than_one(factor: float) -> float:
    if factor == 1.0:
        raise ValueError("expected another factor than 1, which changes nothing, found 1")
    return factor


class Reweight(Change):
    """The rows of a group count ``factor`` times: s' = factor·s. 0 is removal, 2 doubles them."""

    name: ClassVar = "reweight"
    noun: ClassVar = "reweighting"
    doing: ClassVar = "reweighting"
    does: ClassVar = "takes all weight from"

    change: Literal["reweight"] = "reweight"
    factor: Annotated[float, Field(ge=0, allow_inf_nan=False), AfterValidator(_other_than_one)]

    @property
    def times(self) -> float:
        """The factor."""
        return self.factor

    @property
    def done(self) -> str:
        """How many times it counts; not at all is removal."""
        return (
            "removed, as they count 0 times"
            if self.factor == 0.0
            else f"counted {number(self.factor, 6)} times as much"
        )

    @property
    def convention(self) -> str:
        """So many times, and once."""
        times = f"{number(self.factor, 6)} times as much"
        return (
            f"λ kept when points are reweighted. Effect = f where each point of the group counts {times}, less f where "
            "it counts as in the data: positive means that counting them so raises f"
        )
